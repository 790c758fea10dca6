#include "server/telemetry.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace drover::server {
namespace {

TEST(Telemetry, TakesEntriesAndLostRanges) {
  const auto batch = parse_telemetry(R"({"epoch":"e1","entries":[{"seq":3,"health":{"uptime_s":5}},{"seq":1}],
                                         "lost":[[7,9]]})");
  ASSERT_TRUE(batch) << batch.error().text();
  ASSERT_EQ(batch->rows.size(), 2u);
  EXPECT_EQ(batch->rows[0].epoch, "e1");
  EXPECT_EQ(batch->rows[0].seq, 3u);
  EXPECT_EQ(batch->rows[0].body, R"({"health":{"uptime_s":5}})");
  ASSERT_EQ(batch->lost.size(), 1u);
  EXPECT_EQ(batch->lost[0].high, 9u);
}

TEST(Telemetry, NamesTheEntryThatIsWrong) {
  const std::pair<std::string, std::string> rows[] = {
      {"[]", "the body must be an object"},
      {"{}", "epoch"},
      {R"({"epoch":""})", "epoch"},
      {R"({"epoch":")" + std::string(65, 'e') + "\"}", "epoch"},
      {R"({"epoch":"e","entries":{}})", "entries: must be a list"},
      {R"({"epoch":"e","entries":[{"seq":1},5]})", "entries[1]"},
      {R"({"epoch":"e","entries":[{"seq":-1}]})", "entries[0].seq"},
      {R"({"epoch":"e","entries":[{"seq":9007199254740993}]})", "entries[0].seq"},
      {R"({"epoch":"e","entries":[{"seq":1,"health":3}]})", "entries[0].health"},
      {R"({"epoch":"e","entries":[{"seq":1,"x":")" + std::string(20'000, 'x') + "\"}]}",
       "entries[0]: is longer"},
      {R"({"epoch":"e","lost":[[1]]})", "lost[0]"},
      {R"({"epoch":"e","lost":[[2,1]]})", "lost[0]: its last is before its first"},
  };
  for (const auto& [body, message] : rows) {
    const auto batch = parse_telemetry(body);
    ASSERT_FALSE(batch) << body.substr(0, 60);
    EXPECT_NE(batch.error().text().find(message), std::string::npos) << batch.error().text();
  }
  std::string many = R"({"epoch":"e","entries":[)";
  for (int i = 0; i <= 500; ++i) many += fmt::format("{}{{\"seq\":{}}}", i == 0 ? "" : ",", i);
  EXPECT_EQ(parse_telemetry(many + "]}").error().code, Code::too_many);
}

TEST(Telemetry, AcknowledgesInRanges) {
  const auto ranges = [](std::vector<std::uint64_t> numbers) {
    std::vector<db::TelemetryRow> rows;
    for (std::uint64_t n : numbers) rows.push_back({.epoch = "e", .seq = n});
    return ranges_of(rows);
  };
  using Ranges = std::vector<std::pair<std::uint64_t, std::uint64_t>>;
  EXPECT_EQ(ranges({}), Ranges{});
  EXPECT_EQ(ranges({5}), (Ranges{{5, 5}}));
  EXPECT_EQ(ranges({3, 1, 2, 7, 2}), (Ranges{{1, 3}, {7, 7}}));
}

}  // namespace
}  // namespace drover::server
