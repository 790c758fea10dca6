#include "repo/client.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "repo/served.h"

namespace drover::repo {
namespace {

/// Answers GETs at once, from memory.
class MemoryHttp : public net::HttpClient {
 public:
  Files files;  // URL → body
  int requests = 0;

  net::TransferId start(net::ClientRequest request, net::OnDone done) override {
    ++requests;
    pending_.push_back(
        [this, request = std::move(request), done = std::move(done)] { done(answer(request)); });
    return 1;
  }
  void cancel(net::TransferId /*id*/) override {}
  void poll(const std::vector<int>& /*descriptors*/, std::chrono::milliseconds /*wait*/) override {
    for (auto& one : std::exchange(pending_, {})) one();
  }

 private:
  Result<net::ClientResponse> answer(const net::ClientRequest& request) {
    const auto found = files.find(request.url);
    if (found == files.end())
      return net::ClientResponse{.status = 404, .headers = {}, .body = {}, .total_bytes = {}};
    if (request.sink) DROVER_TRY(request.sink(as_bytes(found->second)));
    return net::ClientResponse{
        .status = 200, .headers = {}, .body = request.sink ? "" : found->second, .total_bytes = {}};
  }
  std::vector<std::function<void()>> pending_;
};

struct ClientTest : testing::Test {
  trust::Forge forge;
  MemoryHttp http;
  ClientTest() {
    forge.add_target("targets", "a/b c.bin", "content");
    forge.publish();
    for (const auto& [name, text] : forge.files) http.files["https://x/repo/metadata/" + name] = text;
  }
  Device device{forge.at("1.root.json")};
  Client client{http, device.files, device.store, ClientUrls::below("https://x/repo")};
  TargetInfo target() {
    const auto refresh = client.refresh(trust::test_time());
    EXPECT_TRUE(refresh.has_value()) << refresh.error().text();
    return *refresh->find("a/b c.bin");
  }
  void serve(const std::string& content) {
    http.files["https://x/repo/targets/a/" + sha256("content").hex() + ".b%20c.bin"] = content;
  }
};

TEST_F(ClientTest, DownloadsATargetUnderItsHashedNameAndNotAgain) {
  serve("content");
  std::uint64_t told = 0;
  ASSERT_TRUE(client.download(target(), "/out", [&](std::uint64_t bytes) { told = bytes; }).has_value());
  EXPECT_EQ(told, 7u);
  EXPECT_EQ(as_text(*fs::read_file(device.files, "/out", 100)), "content");
  const TargetInfo again = target();
  const int before = http.requests;
  ASSERT_TRUE(client.download(again, "/out").has_value());
  EXPECT_EQ(http.requests, before);
  EXPECT_EQ(as_text(*client.download(again, 100)), "content");
}

TEST_F(ClientTest, WhatIsNotTheTargetIsNotKept) {
  for (const auto& [content, code] :
       {std::pair{"Content", Code::bad_digest}, std::pair{"conten", Code::bad_length},
        std::pair{"content and more", Code::bad_length}}) {
    serve(content);
    EXPECT_EQ(client.download(target(), "/out").error().code, code) << content;
    EXPECT_EQ(client.download(target(), 100).error().code, code) << content;
    EXPECT_TRUE(device.files.list("/")->size() == 1) << "nothing but the trust directory";
  }
  EXPECT_EQ(client.download(target(), 3).error().code, Code::too_large);
}

TEST_F(ClientTest, AMissingTargetIsNotFound) {
  EXPECT_EQ(client.download(target(), "/out").error().code, Code::not_found);
}

TEST(Client, ReadsARepositoryOnAStickThroughCurl) {
  const std::filesystem::path stick = std::filesystem::path(testing::TempDir()) / "drover-stick";
  std::filesystem::remove_all(stick);
  std::filesystem::create_directories(stick / "metadata");
  const trust::Forge forge;
  for (const auto& [name, text] : forge.files) std::ofstream(stick / "metadata" / name) << text;
  Device device(forge.at("1.root.json"));
  const auto http = net::make_curl_client({});
  Client client(*http, device.files, device.store, ClientUrls::below("file://" + stick.string()));
  const auto refresh = client.refresh(trust::test_time());
  EXPECT_TRUE(refresh.has_value()) << refresh.error().text();
  std::filesystem::remove_all(stick);
}

TEST(Client, SlowDataAreGivenTheTimeOfASlowLinkAndNoMore) {
  const ClientUrls urls = ClientUrls::below("https://h/repo");
  const auto patience = [&](std::uint64_t bytes) {
    return metadata_request(urls, {.path = "x.json", .bytes_max = bytes}).timeout;
  };
  EXPECT_EQ(patience(trust::kTimestampBytesMax), std::chrono::seconds(34));
  EXPECT_GT(patience(trust::kTargetsBytesMax), std::chrono::minutes(20));
  EXPECT_LT(patience(trust::kTargetsBytesMax), std::chrono::minutes(30));
}

}  // namespace
}  // namespace drover::repo
