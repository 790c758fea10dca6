#include "net/http_message.h"

#include <gtest/gtest.h>

#include "net/file_response.h"

namespace drover::net {
namespace {

TEST(HttpMessage, TakesATargetApart) {
  const auto target = parse_target("/a%20b/c?x=1&y=a%26b+c&x=2&z");
  ASSERT_TRUE(target);
  EXPECT_EQ(target->path, "/a b/c");
  EXPECT_EQ(target->query, (std::map<std::string, std::string>{{"x", "1"}, {"y", "a&b c"}, {"z", ""}}));
  EXPECT_EQ(parse_target("/")->path, "/");
  EXPECT_EQ(parse_target("/a/")->path, "/a/");
}

TEST(HttpMessage, RefusesTargetsThatLeadAstray) {
  for (const std::string target : {"", "a", "*", "http://x/", "/../a", "/a/..", "/a/%2e%2e/b", "/./a",
                                   "/a//b", "//a", "/%", "/%4", "/%zz", "/a%00b"})
    EXPECT_FALSE(parse_target(target)) << target;
  EXPECT_EQ(parse_target("/" + std::string(9000, 'a')).error().code, Code::too_large);
}

TEST(HttpMessage, WritesAHead) {
  Response response{.status = 404, .headers = {{"content-type", "text/plain"}}};
  EXPECT_EQ(response_head(response, 7, true, UnixTime(std::chrono::seconds(784111777))),
            "HTTP/1.1 404 Not Found\r\ndate: Sun, 06 Nov 1994 08:49:37 GMT\r\nconnection: keep-alive\r\n"
            "content-length: 7\r\ncontent-type: text/plain\r\n\r\n");
}

struct RangeRow {
  const char* range;
  int status;
  std::uint64_t first, length;
};

TEST(FileResponse, AnswersRangesAsTheTableSays) {
  const RangeRow rows[] = {
      {"", 200, 0, 10},          {"bytes=0-", 206, 0, 10},
      {"bytes=3-", 206, 3, 7},   {"bytes=3-4", 206, 3, 2},
      {"bytes=3-99", 206, 3, 7}, {"bytes=-3", 206, 7, 3},
      {"bytes=-99", 206, 0, 10}, {"bytes=9-9", 206, 9, 1},
      {"bytes=10-", 416, 0, 0},  {"bytes=-0", 416, 0, 0},
      {"bytes=4-3", 200, 0, 10}, {"bytes=a-b", 200, 0, 10},
      {"lines=1-2", 200, 0, 10}, {"bytes=0-1,3-4", 200, 0, 10},
      {"bytes=-", 200, 0, 10},   {"bytes=99999999999999999999-", 200, 0, 10},
  };
  for (const auto& row : rows) {
    Request request{.method = "GET", .headers = {{"range", row.range}}};
    const FileAnswer answer = answer_file(request, 10, "\"e\"");
    EXPECT_EQ(answer.status, row.status) << row.range;
    EXPECT_EQ(answer.slice.first, row.first) << row.range;
    EXPECT_EQ(answer.slice.length, row.length) << row.range;
  }
}

TEST(FileResponse, AnEmptyFileHasNoRange) {
  EXPECT_EQ(answer_file({.method = "GET", .headers = {{"range", "bytes=0-"}}}, 0, "\"e\"").status, 416);
  EXPECT_EQ(answer_file({.method = "GET"}, 0, "\"e\"").status, 200);
}

TEST(FileResponse, HonoursEntityTags) {
  const auto status = [](Headers headers) {
    return answer_file({.method = "GET", .headers = std::move(headers)}, 10, "\"e\"").status;
  };
  EXPECT_EQ(status({{"if-none-match", "\"e\""}}), 304);
  EXPECT_EQ(status({{"if-none-match", "\"x\", W/\"e\""}}), 304);
  EXPECT_EQ(status({{"if-none-match", "*"}}), 304);
  EXPECT_EQ(status({{"if-none-match", "\"x\""}}), 200);
  EXPECT_EQ(status({{"range", "bytes=3-"}, {"if-range", "\"e\""}}), 206);
  EXPECT_EQ(status({{"range", "bytes=3-"}, {"if-range", "\"old\""}}), 200) << "the file changed: all of it";
}

}  // namespace
}  // namespace drover::net
