#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "net/http.h"
#include "net/scripted_peer.h"

namespace drover::net {
namespace {

using std::chrono::milliseconds;

std::string answer(std::string_view status, std::string_view body, std::string_view headers = "") {
  return fmt::format("HTTP/1.1 {}\r\nContent-Length: {}\r\nConnection: close\r\n{}\r\n{}", status,
                     body.size(), headers, body);
}

class CurlClient : public testing::Test {
 protected:
  std::unique_ptr<HttpClient> client = make_curl_client({});

  Result<ClientResponse> get(const std::string& url, std::uint64_t bytes_max = 1 << 20) {
    return client->perform({.url = url, .bytes_max = bytes_max});
  }
};

std::string file_with(std::string_view text) {
  const auto path = std::filesystem::temp_directory_path() / fmt::format("drover-curl-{}", getpid());
  std::ofstream(path) << text;
  return path;
}

TEST_F(CurlClient, GathersABodyWithStatusAndHeadersInLowerCase) {
  ScriptedPeer peer({answer("200 OK", "hello", "X-Kind: Note \r\n")});
  const auto response = get(peer.url("/a"));
  ASSERT_TRUE(response) << response.error().text();
  EXPECT_EQ(response->status, 200);
  EXPECT_EQ(response->body, "hello");
  EXPECT_EQ(response->header("x-kind"), "Note");
  EXPECT_EQ(response->total_bytes, 5u);
}

TEST_F(CurlClient, SendsMethodHeadersAndBody) {
  ScriptedPeer peer({answer("202 Accepted", "")});
  const auto response = client->perform(
      {.method = "PUT", .url = peer.url("/put"), .headers = {{"authorization", "Bearer x"}}, .body = "abc"});
  ASSERT_TRUE(response);
  EXPECT_EQ(response->status, 202);
  EXPECT_NE(peer.requests()[0].find("PUT /put HTTP/1.1"), std::string::npos);
  EXPECT_NE(peer.requests()[0].find("authorization: Bearer x"), std::string::npos);
  EXPECT_NE(peer.requests()[0].find("Content-Length: 3"), std::string::npos);
}

TEST_F(CurlClient, ResumesByRangeAndTellsTheWholeLength) {
  ScriptedPeer peer({answer("206 Partial Content", "lo", "Content-Range: bytes 3-4/5\r\n")});
  std::string got;
  const auto response = client->perform(
      {.url = peer.url(), .headers = {{"if-range", "\"e\""}}, .resume_at = 3, .sink = [&](auto b) {
         got += as_text(b);
         return Status();
       }});
  ASSERT_TRUE(response);
  EXPECT_EQ(response->status, 206);
  EXPECT_EQ(got, "lo");
  EXPECT_EQ(response->total_bytes, 5u);
  EXPECT_NE(peer.requests()[0].find("Range: bytes=3-"), std::string::npos);
  EXPECT_NE(peer.requests()[0].find("if-range: \"e\""), std::string::npos);
}

TEST_F(CurlClient, LeavesItToTheCallerWhenThePeerIgnoresTheRange) {
  ScriptedPeer peer({answer("200 OK", "hello")});
  const auto response = client->perform({.url = peer.url(), .resume_at = 3});
  ASSERT_TRUE(response);
  EXPECT_EQ(response->status, 200);
  EXPECT_EQ(response->body, "hello");
}

TEST_F(CurlClient, GivesNoErrorPageToTheSink) {
  ScriptedPeer peer({answer("404 Not Found", "no such file")});
  bool called = false;
  const auto response = client->perform({.url = peer.url(), .bytes_max = 4, .sink = [&](auto) {
                                           called = true;
                                           return Status();
                                         }});
  ASSERT_TRUE(response) << response.error().text();
  EXPECT_EQ(response->status, 404);
  EXPECT_EQ(response->body, "no such file");
  EXPECT_FALSE(called);
}

TEST_F(CurlClient, CutsAnEndlessErrorPage) {
  ScriptedPeer peer({"HTTP/1.1 500 Oops\r\n\r\n" + std::string(200'000, 'x') + "<silence>"});
  const auto response = get(peer.url());
  ASSERT_TRUE(response) << response.error().text();
  EXPECT_EQ(response->status, 500);
  EXPECT_EQ(response->body.size(), 64u << 10);
}

TEST_F(CurlClient, RefusesABodyLongerThanAllowedWhetherAnnouncedOrNot) {
  ScriptedPeer peer({answer("200 OK", "too long"), "HTTP/1.1 200 OK\r\n\r\nendless and silent<silence>"});
  EXPECT_EQ(get(peer.url(), 4).error().code, Code::too_large);
  EXPECT_EQ(get(peer.url(), 4).error().code, Code::too_large);
}

TEST_F(CurlClient, EndsWithTheSinksOwnError) {
  ScriptedPeer peer({answer("200 OK", "hello")});
  const auto response = client->perform(
      {.url = peer.url(), .sink = [](auto) -> Status { return fail(Code::disk_full, "full"); }});
  EXPECT_EQ(response.error().code, Code::disk_full);
}

TEST_F(CurlClient, GivesUpAPeerThatFallsSilent) {
  ScriptedPeer peer({"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf<silence>", "<silence>"});
  const auto stalled = client->perform({.url = peer.url(), .stall_timeout = milliseconds(50)});
  EXPECT_EQ(stalled.error().code, Code::timed_out);
  const auto slow = client->perform({.url = peer.url(), .timeout = milliseconds(50)});
  EXPECT_EQ(slow.error().code, Code::timed_out);
}

TEST_F(CurlClient, CallsADroppedConnectionUnreachableAndNonsenseABadResponse) {
  ScriptedPeer peer(
      {"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf", "", "this is no HTTP at all\r\n\r\n"});
  EXPECT_EQ(get(peer.url()).error().code, Code::unreachable);
  EXPECT_EQ(get(peer.url()).error().code, Code::unreachable);
  const auto nonsense = get(peer.url());
  ASSERT_FALSE(nonsense);
  EXPECT_EQ(nonsense.error().category(), Category::unavailable) << nonsense.error().text();
}

TEST_F(CurlClient, NamesTheAddressThatCannotBeReached) {
  const auto response = get("http://127.0.0.1:1/nobody");
  EXPECT_EQ(response.error().code, Code::unreachable);
  EXPECT_NE(response.error().text().find("http://127.0.0.1:1/nobody"), std::string::npos);
}

TEST_F(CurlClient, DoesNotFollowARedirectFromPlainHttp) {
  ScriptedPeer peer({answer("302 Found", "", "Location: file:///etc/passwd\r\n")});
  const auto response = get(peer.url());
  ASSERT_TRUE(response);
  EXPECT_EQ(response->status, 302);
}

TEST_F(CurlClient, RefusesHeadersWithoutEnd) {
  ScriptedPeer peer({"HTTP/1.1 200 OK\r\n" + [] {
    std::string lines;
    for (int i = 0; i < 2000; ++i) lines += fmt::format("X-{}: {}\r\n", i, std::string(60, 'y'));
    return lines;
  }()});
  EXPECT_EQ(get(peer.url()).error().code, Code::bad_response);
}

TEST_F(CurlClient, ReadsFilesWithResumeAndAnswers404ForNone) {
  const std::string path = file_with("hello");
  const auto whole = get("file://" + path);
  ASSERT_TRUE(whole) << whole.error().text();
  EXPECT_EQ(whole->status, 200);
  EXPECT_EQ(whole->body, "hello");
  EXPECT_EQ(whole->total_bytes, 5u);
  const auto rest = client->perform({.url = "file://" + path, .resume_at = 3});
  ASSERT_TRUE(rest) << rest.error().text();
  EXPECT_EQ(rest->status, 206);
  EXPECT_EQ(rest->body, "lo");
  EXPECT_EQ(rest->total_bytes, 5u);
  EXPECT_EQ(get("file://" + path + ".none")->status, 404);
  EXPECT_EQ(get("file://" + path, 4).error().code, Code::too_large);
  std::filesystem::remove(path);
}

TEST_F(CurlClient, ACancelledTransferCallsNobodyEvenFromWithinItsSink) {
  ScriptedPeer peer({answer("200 OK", "hello"), answer("200 OK", "next")});
  bool called = false;
  TransferId id = 0;
  id = client->start({.url = peer.url(),
                      .sink =
                          [&](auto) {
                            client->cancel(id);
                            return Status();
                          }},
                     [&](auto) { called = true; });
  const auto next = client->perform({.url = peer.url()});
  EXPECT_TRUE(next);
  EXPECT_FALSE(called);
}

TEST_F(CurlClient, ACallbackMayStartTheNextTransfer) {
  ScriptedPeer peer({answer("200 OK", "one"), answer("200 OK", "two")});
  std::string second;
  client->start({.url = peer.url()}, [&](auto) {
    client->start({.url = peer.url()},
                  [&](Result<ClientResponse> r) { second = r ? r->body : r.error().text(); });
  });
  while (second.empty()) client->poll({}, milliseconds(100));
  EXPECT_EQ(second, "two");
}

TEST_F(CurlClient, WakesForAReadableDescriptor) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  ASSERT_EQ(write(ends[1], "x", 1), 1);
  const auto before = std::chrono::steady_clock::now();
  client->poll({ends[0]}, std::chrono::seconds(20));
  EXPECT_LT(std::chrono::steady_clock::now() - before, std::chrono::seconds(10));
  close(ends[0]);
  close(ends[1]);
}

}  // namespace
}  // namespace drover::net
