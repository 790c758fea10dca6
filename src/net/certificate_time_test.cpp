#include <gtest/gtest.h>

#include "net/http.h"
#include "net/server.h"
#include "net/test_pki.h"

namespace drover::net {
namespace {

class CertificateTime : public testing::Test {
 protected:
  void SetUp() override {
    ServerOptions options;
    options.listeners = {{.tls = pki_.server_files()}};
    auto started = start_server(std::move(options), {.answer = [](const Request&) { return Response{}; }});
    ASSERT_TRUE(started) << started.error().text();
    server_ = std::move(*started);
  }
  Result<ClientResponse> get_at(std::function<UnixTime()> time) {
    ClientOptions options;
    options.identity = pki_.stranger();
    options.certificate_time = std::move(time);
    return make_curl_client(options)->perform({.url = fmt::format("https://127.0.0.1:{}/", server_->port())});
  }

  TestPki pki_;
  std::unique_ptr<Server> server_;
};

TEST_F(CertificateTime, IsWhatTheCallerSaysAndWithoutThatTheMachines) {
  EXPECT_TRUE(get_at({}));
  EXPECT_TRUE(get_at([] { return system_clock().now() + std::chrono::days(30); }));
}

TEST_F(CertificateTime, BeforeOrAfterTheCertificatesLifeIsRefusedAndTheClockNamed) {
  for (const char* time : {"1970-01-01T00:01:00Z", "2100-01-01T00:00:00Z"}) {
    const auto response = get_at([time] { return parse_time(time).value(); });
    ASSERT_FALSE(response) << time;
    EXPECT_EQ(response.error().code, Code::not_authenticated);
    EXPECT_NE(response.error().message.find("clock"), std::string::npos) << response.error().message;
  }
}

}  // namespace
}  // namespace drover::net
