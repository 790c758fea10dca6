#include "server/config.h"

#include <gtest/gtest.h>

namespace drover::server {
namespace {

TEST(ServerConfig, ReadsEveryKindOfValue) {
  Config config;
  const Status read = read_config(config, R"(
url = "https://fleet.example:8443"
port = 9000
repository_public = false
[tls]
key = "k.pem"
[limits]
long_poll = "90s"
[telemetry]
retention = "7d"
[retention]
windows = "30d"
alerts = "100d"
)");
  ASSERT_TRUE(read) << read.error().text();
  EXPECT_EQ(config.url, "https://fleet.example:8443");
  EXPECT_EQ(config.port, 9000);
  EXPECT_FALSE(config.repository_public);
  EXPECT_EQ(config.tls_key, "k.pem");
  EXPECT_EQ(config.long_poll_max, std::chrono::seconds(90));
  EXPECT_EQ(config.telemetry_retention, std::chrono::days(7));
  EXPECT_EQ(config.windows_retention, std::chrono::days(30));
  EXPECT_EQ(config.alerts_retention, std::chrono::days(100));
}

TEST(ServerConfig, RefusesWithLineAndColumn) {
  const std::pair<const char*, const char*> rows[] = {
      {"port = 1\nprot = 2", "line 2, column 1: there is no option \"prot\""},
      {"[tls]\nkeys = \"a\"", "line 2, column 1: there is no option \"tls.keys\""},
      {"port = 70000", "line 1, column 8: port: \"70000\" is no whole number in range"},
      {"port = -1", "port: \"-1\" is no whole number"},
      {"port = 1.5", "port: \"\" is no whole number"},
      {"repository_public = 1", "repository_public: \"1\" is neither true nor false"},
      {"[limits]\nlong_poll = \"soon\"", "limits.long_poll"},
      {"port = ", "line 1"},
      {"port = [1]", "port"},
  };
  for (const auto& [text, message] : rows) {
    Config config;
    const Status read = read_config(config, text);
    ASSERT_FALSE(read) << text;
    EXPECT_EQ(read.error().code, Code::bad_toml) << text;
    EXPECT_NE(read.error().message.find(message), std::string::npos) << read.error().message;
  }
  Config config;
  EXPECT_EQ(read_config(config, std::string(2 << 20, ' ')).error().code, Code::too_large);
}

TEST(ServerConfig, EveryOptionHasAFlagAndAVariable) {
  for (const Option& option : options()) {
    EXPECT_TRUE(option.flag().starts_with("--")) << option.key;
    EXPECT_EQ(option.flag().find_first_of("._"), std::string::npos) << option.flag();
    EXPECT_TRUE(option.variable().starts_with("DROVER_")) << option.key;
    EXPECT_FALSE(option.help.empty());
  }
  Config config;
  EXPECT_TRUE(set_option(config, options()[2], "1234", "--port"));
  EXPECT_EQ(config.port, 1234);
  EXPECT_EQ(set_option(config, options()[2], "x", "--port").error().text(),
            "--port: \"x\" is no whole number in range");
}

}  // namespace
}  // namespace drover::server
