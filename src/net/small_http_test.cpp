#include "net/small_http.h"

#include <gtest/gtest.h>
#include <poll.h>

#include <thread>

#include "net/http.h"
#include "net/raw_client.h"

namespace drover::net {
namespace {

/// The one loop of a program that has nothing else to do, until `done`.
void run(SmallHttp& http, Clock& clock, const std::function<bool()>& done) {
  while (!done()) {
    std::vector<int> descriptors;
    http.descriptors(descriptors);
    std::vector<pollfd> fds;
    for (const int fd : descriptors) fds.push_back({.fd = fd, .events = POLLIN, .revents = 0});
    const auto wait = std::min<Monotonic>(http.due() - clock.monotonic(), std::chrono::milliseconds(10));
    ::poll(fds.data(), fds.size(),
           static_cast<int>(
               std::max<std::int64_t>(0, std::chrono::ceil<std::chrono::milliseconds>(wait).count())));
    http.pump();
  }
}

struct SmallHttpTest : testing::Test {
  Clock& clock = system_clock();
  std::unique_ptr<SmallHttp> serve(SmallHttpLimits limits = {}, std::string body = "drover_up 1\n") {
    return SmallHttp::listen(
               "127.0.0.1:0", clock,
               [body](const Request& request) {
                 return request.path == "/metrics" ? Response{.body = body} : Response{.status = 404};
               },
               limits)
        .value();
  }
  /// What a client thread does while the loop runs.
  template <class Ask>
  auto ask(SmallHttp& http, Ask what) {
    decltype(what()) answer;
    std::atomic<bool> is_done = false;
    std::thread client([&] {
      answer = what();
      is_done = true;
    });
    run(http, clock, [&] { return is_done.load(); });
    client.join();
    return answer;
  }
  std::string raw(SmallHttp& http, std::string_view text) {
    return ask(http, [&] {
      const RawClient client(http.port());
      client.send(text);
      return client.read_to_close();
    });
  }
};

TEST_F(SmallHttpTest, AnswersARealClient) {
  const auto http = serve();
  const auto response = ask(*http, [&] {
    const auto got =
        make_curl_client({})->perform({.url = fmt::format("http://127.0.0.1:{}/metrics", http->port())});
    return got ? got->body : got.error().text();
  });
  EXPECT_EQ(response, "drover_up 1\n");
  EXPECT_EQ(http->due(), Monotonic::max()) << "nobody is left";
}

TEST_F(SmallHttpTest, AnswersWhatItCannotServe) {
  const auto http = serve({.head_bytes_max = 1000});
  const std::pair<std::string, const char*> rows[] = {
      {"GET /other HTTP/1.1\r\nhost: x\r\n\r\n", "HTTP/1.1 404"},
      {"POST /metrics HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\n\r\nab", "HTTP/1.1 405"},
      {"GET /../x HTTP/1.1\r\nhost: x\r\n\r\n", "HTTP/1.1 400"},
      {"nonsense\r\n\r\n", "HTTP/1.1 400"},
      {"GET /metrics HTTP/1.1\r\nx: " + std::string(6000, 'y'), "HTTP/1.1 431"},
      {"HEAD /metrics HTTP/1.1\r\nhost: x\r\n\r\n", "HTTP/1.1 200"},
  };
  for (const auto& [request, start] : rows)
    EXPECT_TRUE(raw(*http, request).starts_with(start)) << request.substr(0, 60);
  EXPECT_TRUE(raw(*http, "HEAD /metrics HTTP/1.1\r\nhost: x\r\n\r\n").ends_with("\r\n\r\n"));
}

TEST_F(SmallHttpTest, WhoSendsNothingIsClosedAfterAWhileAndHoldsNobodyUp) {
  const auto http = serve({.connections_max = 2, .time_max = std::chrono::milliseconds(50)});
  const RawClient silent(http->port());
  EXPECT_TRUE(raw(*http, "GET /metrics HTTP/1.1\r\nhost: x\r\n\r\n").ends_with("drover_up 1\n"));
  EXPECT_EQ(ask(*http, [&] { return silent.read_to_close(); }), "");
}

TEST_F(SmallHttpTest, OneConnectionTooManyIsClosedAtOnce) {
  const auto http = serve({.connections_max = 1});
  const RawClient first(http->port());
  run(*http, clock, [&] { return http->due() != Monotonic::max(); });
  EXPECT_EQ(raw(*http, ""), "");
}

TEST_F(SmallHttpTest, ALongAnswerReachesASlowReaderWhole) {
  const auto http = serve({}, std::string(20 << 20, 'x'));
  const std::string got = raw(*http, "GET /metrics HTTP/1.1\r\nhost: x\r\n\r\n");
  EXPECT_GT(got.size(), std::size_t{20} << 20);
}

TEST_F(SmallHttpTest, SaysWhyItCannotListen) {
  const auto first = serve();
  const auto on = [&](const std::string& address) {
    return SmallHttp::listen(address, clock, [](const Request&) { return Response{}; }).error();
  };
  EXPECT_EQ(on(fmt::format("127.0.0.1:{}", first->port())).code, Code::io_failed);
  for (const char* bad :
       {"", "9690", "localhost:9690", "127.0.0.1:", "127.0.0.1:70000", "::1:9690", "[::1:9690"})
    EXPECT_EQ(on(bad).code, Code::invalid_argument) << bad;
}

}  // namespace
}  // namespace drover::net
