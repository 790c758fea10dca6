#include "net/server.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "net/raw_client.h"
#include "net/test_pki.h"

namespace drover::net {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class HttpServer : public testing::Test {
 protected:
  /// A server on a free loopback port; plain unless `tls`.
  void start(Handlers handlers, ServerOptions options = {}, bool tls = false) {
    options.listeners = {{.tls = tls ? std::optional(pki.server_files()) : std::nullopt}};
    options.upload_directory = std::filesystem::path(pki.path(""));
    auto started = start_server(std::move(options), std::move(handlers));
    ASSERT_TRUE(started) << started.error().text();
    server = std::move(*started);
    base = fmt::format("{}://127.0.0.1:{}", tls ? "https" : "http", server->port());
  }
  void start(std::function<Answer(const Request&)> answer, ServerOptions options = {}, bool tls = false) {
    start(Handlers{.answer = std::move(answer)}, std::move(options), tls);
  }
  Result<ClientResponse> send(ClientRequest request) const {
    request.url = base + request.url;
    return make_curl_client({})->perform(std::move(request));
  }
  [[nodiscard]] std::string raw(std::string_view text) const {
    const RawClient client(server->port());
    client.send(text);
    return client.read_to_close();
  }

  TestPki pki;
  std::string base;
  std::unique_ptr<Server> server;
};

Response text(std::string body) { return {.body = std::move(body)}; }

TEST_F(HttpServer, GivesTheHandlerAllOfTheRequest) {
  start([](const Request& r) {
    return text(fmt::format("{} {} {} {} {}", r.method, r.path, r.parameter("q"), r.header("x-a"), r.body));
  });
  const auto response =
      send({.method = "POST", .url = "/a%20b?q=1", .headers = {{"X-A", "b"}}, .body = "body"});
  ASSERT_TRUE(response) << response.error().text();
  EXPECT_EQ(response->body, "POST /a b 1 b body");
}

TEST_F(HttpServer, AnswersPipelinedRequestsInOrder) {
  start([](const Request& r) { return text(r.path + r.body); });
  const std::string answers =
      raw("GET /1 HTTP/1.1\r\nHost: x\r\n\r\nPOST /2 HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nab"
          "GET /3 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  const auto first = answers.find("/1"), second = answers.find("/2ab"), third = answers.find("/3");
  EXPECT_LT(first, second);
  EXPECT_LT(second, third);
  EXPECT_NE(third, std::string::npos) << answers;
}

TEST_F(HttpServer, TakesChunkedBodiesAndRequestsThatComeByteByByte) {
  start([](const Request& r) { return text("[" + r.body + "]"); });
  const RawClient client(server->port());
  const std::string request =
      "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
      "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n";
  for (char c : request) client.send({&c, 1});
  EXPECT_TRUE(client.read_to_close().ends_with("[abcde]"));
}

TEST_F(HttpServer, RefusesWhatIsNoHttpOrTooLarge) {
  ServerOptions options;
  options.header_bytes_max = 2000;
  Handlers handlers{.answer = [](const Request&) { return text("fine"); },
                    .plan = [](const Request&) { return BodyPlan{.bytes_max = 10}; }};
  start(handlers, options);
  EXPECT_TRUE(raw("nonsense\r\n\r\n").starts_with("HTTP/1.1 400"));
  EXPECT_TRUE(raw("GET /../etc HTTP/1.1\r\nHost: x\r\n\r\n").starts_with("HTTP/1.1 400"));
  EXPECT_TRUE(raw("GET / HTTP/1.1\r\nX: " + std::string(3000, 'x') + "\r\n\r\n").starts_with("HTTP/1.1 431"));
  EXPECT_TRUE(raw("POST / HTTP/1.1\r\nContent-Length: 11\r\n\r\nhello world").starts_with("HTTP/1.1 413"));
  EXPECT_TRUE(raw("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nb\r\nhello world\r\n0\r\n\r\n")
                  .starts_with("HTTP/1.1 413"));
  EXPECT_TRUE(raw("POST / HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")
                  .starts_with("HTTP/1.1 400"));
}

TEST_F(HttpServer, AHandlerThatThrowsIsA500) {
  start([](const Request&) -> Answer { throw std::runtime_error("oops"); });
  EXPECT_EQ(send({.url = "/"})->status, 500);
}

TEST_F(HttpServer, EndsPeersThatAreSlowOrIdle) {
  ServerOptions options;
  options.header_timeout = options.idle_timeout = options.stall_timeout = milliseconds(60);
  start([](const Request&) { return text("fine"); }, options);
  EXPECT_EQ(raw("GET / HT"), "") << "the rest of the head never comes";
  EXPECT_EQ(raw(""), "") << "no request comes";
  EXPECT_EQ(raw("POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\nab"), "") << "the rest of the body never comes";
  EXPECT_TRUE(raw("GET / HTTP/1.1\r\nHost: x\r\n\r\n").ends_with("fine"))
      << "answered, then closed when idle";
}

TEST_F(HttpServer, EndsAPeerThatReadsNothing) {
  ServerOptions options;
  options.stall_timeout = milliseconds(60);
  start([](const Request&) { return text(std::string(64 << 20, 'x')); }, options);
  const RawClient client(server->port());
  client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  const auto give_up = std::chrono::steady_clock::now() + seconds(20);
  while (server->counters().requests == 0 || server->counters().connections_open > 0) {
    ASSERT_LT(std::chrono::steady_clock::now(), give_up);
    std::this_thread::yield();
  }
}

TEST_F(HttpServer, TakesNoMoreConnectionsThanAllowed) {
  ServerOptions options;
  options.connections_max = 1;
  start([](const Request&) { return text("fine"); }, options);
  const RawClient first(server->port());
  first.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_TRUE(first.read_until("fine").ends_with("fine"));
  EXPECT_EQ(raw("GET / HTTP/1.1\r\nHost: x\r\n\r\n"), "");
  EXPECT_EQ(server->counters().connections_refused, 1u);
}

TEST_F(HttpServer, KnowsTheClientByItsCertificate) {
  start([](const Request& r) { return text(r.certificate ? r.certificate->common_name : "nobody"); }, {},
        true);
  const auto body = [&](Identity identity) -> std::string {
    const auto response = make_curl_client({.identity = std::move(identity)})->perform({.url = base + "/"});
    return response ? response->body : std::string(name(response.error().code));
  };
  EXPECT_EQ(body(pki.client("cam-1")), "cam-1");
  EXPECT_EQ(body(pki.stranger()), "nobody");
  EXPECT_EQ(body(pki.client("old", std::chrono::days(91))), "not_authenticated");
  TestPki other;
  Identity foreign = other.client("cam-1");
  foreign.ca_file = pki.path("ca.crt");
  EXPECT_EQ(body(foreign), "not_authenticated");
  EXPECT_EQ(body(other.stranger()), "not_authenticated") << "the client believes another authority";
}

TEST_F(HttpServer, SpeaksNoPlainHttpOnATlsPort) {
  start([](const Request&) { return text("fine"); }, {}, true);
  EXPECT_EQ(raw("GET / HTTP/1.1\r\nHost: x\r\n\r\n").find("HTTP"), std::string::npos);
}

TEST_F(HttpServer, ListensWithoutTlsOnLoopbackOnly) {
  ServerOptions options;
  options.listeners = {{.address = "0.0.0.0"}};
  EXPECT_EQ(start_server(options, {}).error().code, Code::invalid_argument);
  start([](const Request&) { return text("fine"); });
  options.listeners = {{.port = server->port()}};
  EXPECT_EQ(start_server(options, {}).error().code, Code::io_failed);
  options.listeners = {{.tls = TlsFiles{"/none.crt", "/none.key", ""}}};
  EXPECT_EQ(start_server(options, {}).error().code, Code::bad_key);
}

}  // namespace
}  // namespace drover::net
