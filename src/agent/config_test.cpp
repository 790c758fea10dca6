#include "agent/config.h"

#include <gtest/gtest.h>

namespace drover::agent {
namespace {

TEST(AgentConfig, ReadsEveryKindOfOption) {
  Config config;
  const Status read = read_config(R"(
device = "press-7"
server = "https://fleet.example:8443/"
state_dir = "/data/drover"
poll = "15m"
poll_jitter = 0.25
bytes_per_second_max = 250000
keep = 5
smoke_memory_mb_max = 300
spool_bytes_max = 5000000
spool_age_max = "7d"
holdout_every = 0
holdout_timeout = "1h"
[labels]
site = "north"
[[model]]
name = "defect"
channel = "beta"
)",
                                  config);
  ASSERT_TRUE(read) << read.error().text();
  EXPECT_EQ(config.device->str(), "press-7");
  EXPECT_EQ(config.repository_url(), "https://fleet.example:8443/repo");
  EXPECT_EQ(config.trust(), "/data/drover/trust");
  EXPECT_EQ(config.poll, std::chrono::minutes(15));
  EXPECT_EQ(config.poll_jitter, 0.25);
  EXPECT_EQ(config.bytes_per_second_max, 250000u);
  EXPECT_EQ(config.keep, 5u);
  EXPECT_EQ(config.smoke_memory_mb_max, 300u);
  EXPECT_EQ(config.spool_bytes_max, 5000000u);
  EXPECT_EQ(config.spool_age_max, std::chrono::days(7));
  EXPECT_EQ(config.spool(), "/data/drover/spool");
  EXPECT_EQ(config.holdout_every, std::chrono::milliseconds(0));
  EXPECT_EQ(config.holdout_timeout, std::chrono::hours(1));
  EXPECT_EQ(config.labels.at("site"), "north");
  ASSERT_EQ(config.models.size(), 1u);
  EXPECT_EQ(config.models[0].channel, "beta");
  EXPECT_TRUE(check(config));
}

struct Refusal {
  const char* toml;
  const char* expected;
};

class AgentConfigRefuses : public testing::TestWithParam<Refusal> {};

TEST_P(AgentConfigRefuses, WithItsPlace) {
  Config config;
  const Status read = read_config(GetParam().toml, config);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, Code::bad_toml);
  EXPECT_NE(read.error().text().find(GetParam().expected), std::string::npos) << read.error().text();
}

INSTANTIATE_TEST_SUITE_P(
    Table, AgentConfigRefuses,
    testing::Values(
        Refusal{"\npol = \"1h\"", "line 2, column 1: \"pol\" is not an option"},
        Refusal{"poll = \"soon\"", "line 1, column 8: poll: \"soon\" is not a duration"},
        Refusal{"poll = \"1ms\"", "outside of 100 ms"},
        Refusal{"keep = 1", "line 1, column 8: keep: \"1\" is not a number from 2 to 100"},
        Refusal{"spool_bytes_max = 1000", "is not a number from 4194304 to"},
        Refusal{"spool_age_max = \"1s\"", "outside of 60000 ms"},
        Refusal{"holdout_every = \"1ms\"", "outside of 100 ms"}, Refusal{"keep = [3]", "expected one value"},
        Refusal{"server = \"http://plain\"", "is not a URL that starts with https://"},
        Refusal{"device = \"a b\"", "line 1, column 10: device: "},
        Refusal{"labels = 3", "expected [labels]"},
        Refusal{"[[model]]\nchannel = \"stable\"", "[[model]] lacks its name"},
        Refusal{"[[model]]\nname = \"a\"\nversion = \"1\"", "line 3, column 1: \"version\" is no key"},
        Refusal{"[[model]]\nname = \"a\"\n[[model]]\nname = \"a\"", "stands here twice"},
        Refusal{"[[model]]\nname = \"../x\"", "line 2, column 8"}, Refusal{"poll = ", "line 1, column"}));

TEST(AgentConfig, RefusesAHugeFile) {
  Config config;
  const Status read = read_config(std::string(kConfigBytesMax + 1, '#'), config);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, Code::too_large);
}

TEST(AgentConfig, SetsLabelsFromOneText) {
  Config config;
  for (const Option& option : options())
    if (option.key == "labels") {
      EXPECT_TRUE(option.set(config, "site=north,line=3"));
      EXPECT_FALSE(option.set(config, "north"));
    }
  EXPECT_EQ(config.labels, (std::map<std::string, std::string>{{"line", "3"}, {"site", "north"}}));
}

TEST(AgentConfig, SaysWhatIsMissing) {
  Config config;
  EXPECT_NE(check(config).error().text().find("neither a server nor a repository"), std::string::npos);
  config.server = "https://h";
  EXPECT_NE(check(config).error().text().find("no device"), std::string::npos);
  config.server.clear();
  config.repository = "file:///media/usb";
  EXPECT_NE(check(config).error().text().find("[[model]]"), std::string::npos);
}

}  // namespace
}  // namespace drover::agent
