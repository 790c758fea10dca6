#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "net/raw_client.h"
#include "net/test_pki.h"

namespace drover::net {
namespace {

std::string content_of(const std::filesystem::path& path) {
  std::stringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

/// 3 MB in which every place is different from its neighbours.
std::string long_text() {
  std::string text;
  for (int i = 0; text.size() < 3'000'000; ++i) text += fmt::format("{} ", i);
  return text;
}

class FileServer : public testing::Test {
 protected:
  void SetUp() override {
    pki.write("file", content);
    ServerOptions options;
    options.listeners = {{.tls = pki.server_files()}};
    options.upload_directory = std::filesystem::path(pki.path("uploads"));
    std::filesystem::create_directory(options.upload_directory);
    Handlers handlers;
    handlers.answer = [this](const Request& r) { return answer(r); };
    handlers.plan = [](const Request& r) {
      const bool is_upload = r.method == "PUT";
      return BodyPlan{.bytes_max = 4'000'000, .to_file = is_upload, .ask_first = is_upload};
    };
    handlers.admit = [](const Request& r) -> std::optional<Response> {
      if (r.header("authorization") == "let me") return std::nullopt;
      return Response{.status = 401, .body = "no"};
    };
    server = start_server(options, handlers).value();
    client = make_curl_client({.identity = pki.stranger()});
  }
  Answer answer(const Request& request) const {
    if (request.upload)
      return Response{.body = fmt::format("{} {} {}", request.upload->size, request.upload->digest.hex(),
                                          content_of(request.upload->file) == content)};
    return Response{.headers = {{"content-type", "text/plain"}},
                    .file = FileBody{pki.path(request.path.substr(1))}};
  }
  ClientResponse get(Headers headers = {}, std::uint64_t resume_at = 0, const std::string& path = "/file") {
    auto response = client->perform(
        {.url = url(path), .headers = std::move(headers), .resume_at = resume_at, .bytes_max = 1 << 24});
    if (!response) ADD_FAILURE() << response.error().text();
    return response.value_or(ClientResponse{});
  }
  [[nodiscard]] std::string url(const std::string& path) const {
    return fmt::format("https://127.0.0.1:{}{}", server->port(), path);
  }
  [[nodiscard]] bool no_uploads_left() const { return std::filesystem::is_empty(pki.path("uploads")); }

  const std::string content = long_text();
  TestPki pki;
  std::unique_ptr<Server> server;
  std::unique_ptr<HttpClient> client;
};

TEST_F(FileServer, IsReadNoFasterThanTheClientsCap) {
  constexpr std::uint64_t cap = 200'000;
  client = make_curl_client({.identity = pki.stranger(), .bytes_per_second_max = cap});
  const auto began = std::chrono::steady_clock::now();
  EXPECT_EQ(get({}, content.size() - 3 * cap).body, content.substr(content.size() - 3 * cap));
  EXPECT_GE(std::chrono::steady_clock::now() - began, std::chrono::seconds(2));  // the first second's at once
}

TEST_F(FileServer, SendsAFileWholeOrFromAPlaceOn) {
  const auto whole = get();
  EXPECT_EQ(whole.status, 200);
  EXPECT_EQ(whole.body, content);
  EXPECT_EQ(whole.header("content-type"), "text/plain");
  const auto rest = get({}, 1'234'567);
  EXPECT_EQ(rest.status, 206);
  EXPECT_EQ(rest.body, content.substr(1'234'567));
  EXPECT_EQ(rest.total_bytes, content.size());
  EXPECT_EQ(get({}, content.size()).status, 416);
  EXPECT_EQ(get({}, 0, "/none").status, 404);
  EXPECT_EQ(get({}, 0, "/uploads").status, 404) << "a directory is no file";
}

TEST_F(FileServer, ResumesOnlyWhatDidNotChange) {
  const std::string etag = get().header("etag");
  EXPECT_EQ(get({{"if-none-match", etag}}).status, 304);
  EXPECT_EQ(get({{"if-range", etag}}, 10).status, 206);
  pki.write("new", "other content");
  std::filesystem::rename(pki.path("new"), pki.path("file"));
  const auto changed = get({{"if-range", etag}}, 10);
  EXPECT_EQ(changed.status, 200);
  EXPECT_EQ(changed.body, "other content");
}

TEST_F(FileServer, AnswersHeadWithoutTheBodyAndKeepsTheConnection) {
  const auto head = client->perform({.method = "HEAD", .url = url("/file")});
  ASSERT_TRUE(head) << head.error().text();
  EXPECT_EQ(head->header("content-length"), std::to_string(content.size()));
  EXPECT_TRUE(head->body.empty());
  EXPECT_EQ(get().body.size(), content.size());
}

TEST_F(FileServer, StreamsAnUploadToDiskWithItsHash) {
  const auto response = client->perform(
      {.method = "PUT", .url = url("/up"), .headers = {{"authorization", "let me"}}, .body = content});
  ASSERT_TRUE(response) << response.error().text();
  EXPECT_EQ(response->body, fmt::format("{} {} true", content.size(), sha256(content).hex()));
  EXPECT_TRUE(no_uploads_left());
}

TEST_F(FileServer, TakesABodyThatItsSenderReadsInPieces) {
  std::size_t largest = 0;
  const auto response = client->perform({.method = "PUT",
                                         .url = url("/up"),
                                         .headers = {{"authorization", "let me"}},
                                         .source =
                                             [&](std::uint64_t offset, std::span<std::uint8_t> into) {
                                               const std::string_view piece =
                                                   std::string_view(content).substr(offset, into.size());
                                               std::ranges::copy(as_bytes(piece), into.begin());
                                               largest = std::max(largest, into.size());
                                               return Result<std::size_t>(piece.size());
                                             },
                                         .source_bytes = content.size()});
  ASSERT_TRUE(response) << response.error().text();
  EXPECT_EQ(response->body, fmt::format("{} {} true", content.size(), sha256(content).hex()));
  EXPECT_LE(largest, 1u << 20) << "the sender holds no more than a buffer of it";
}

TEST_F(FileServer, AskedFirstASenderThatIsRefusedReadsNothing) {
  bool was_read = false;
  const auto response = client->perform({.method = "PUT",
                                         .url = url("/up"),
                                         .source =
                                             [&](std::uint64_t, std::span<std::uint8_t> into) {
                                               was_read = true;
                                               return Result<std::size_t>(into.size());
                                             },
                                         .source_bytes = 3'000'000});
  ASSERT_TRUE(response) << response.error().text();
  EXPECT_EQ(response->status, 401);
  EXPECT_FALSE(was_read);
}

TEST_F(FileServer, ASourceThatFailsOrEndsEarlyEndsTheUpload) {
  net::ClientRequest request{.method = "PUT",
                             .url = url("/up"),
                             .headers = {{"authorization", "let me"}},
                             .source_bytes = 3'000'000};
  request.source = [](std::uint64_t, std::span<std::uint8_t>) { return Result<std::size_t>(0); };
  EXPECT_EQ(client->perform(request).error().code, Code::io_failed);
  request.source = [](std::uint64_t, std::span<std::uint8_t>) -> Result<std::size_t> {
    return fail(Code::disk_full, "its own");
  };
  EXPECT_EQ(client->perform(request).error().code, Code::disk_full);
  server.reset();
  EXPECT_TRUE(no_uploads_left());
}

TEST_F(FileServer, TakesNoBodyFromWhoIsNotAdmitted) {
  const auto response = client->perform({.method = "PUT", .url = url("/up"), .body = content});
  ASSERT_TRUE(response) << response.error().text();
  EXPECT_EQ(response->status, 401);
  EXPECT_TRUE(no_uploads_left());
}

TEST_F(FileServer, AnUploadThatIsTooLargeOrBreaksOffLeavesNothing) {
  const auto response =
      client->perform({.method = "PUT",
                       .url = url("/up"),
                       .headers = {{"authorization", "let me"}, {"transfer-encoding", "chunked"}},
                       .body = content + content});
  if (response) EXPECT_EQ(response->status, 413);
  server.reset();
  EXPECT_TRUE(no_uploads_left());
}

}  // namespace
}  // namespace drover::net
