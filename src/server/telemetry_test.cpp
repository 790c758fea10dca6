#include "server/telemetry.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "monitor/testing.h"
#include "monitor/window_json.h"

namespace drover::server {
namespace {

using nlohmann::json;

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

json window_element() {
  const monitor::Window window =
      monitor::testing::window_of(monitor::testing::inferences(60, 1), 1'000, 61'000);
  return {{"model", "defect"},
          {"version", "1.0.0"},
          {"digest", sha256("bundle").hex()},
          {"window", monitor::to_json(window, monitor::testing::scheme())},
          {"confidence_rolling", 0.9123},
          {"drift", {{"n", 3540}}},
          {"rules", {{"low-confidence", "pending"}}}};
}

json alert_element() {
  return {{"model", "defect"},
          {"version", "1.0.0"},
          {"digest", sha256("bundle").hex()},
          {"rule", "low-confidence"},
          {"kind", "rule"},
          {"change", "fired"},
          {"at_ms", 1767225600000},
          {"actions", {"alert", "rollback"}},
          {"outcome", "rolled back to 1.0.0"},
          {"why", "mean(confidence) < 0.75: 0.7012 over 5 windows"},
          {"verdict", {{"condition", "mean(confidence) < 0.75"}}}};
}

std::string body_of(const json& entry) { return json{{"epoch", "e"}, {"entries", {entry}}}.dump(); }

TEST(Telemetry, TakesWindowsAndAlertsOutOfTheEntry) {
  const auto batch = parse_telemetry(body_of({{"seq", 7},
                                              {"health", {{"uptime_s", 5}}},
                                              {"windows", {window_element(), window_element()}},
                                              {"alerts", {alert_element()}}}));
  ASSERT_TRUE(batch) << batch.error().text();
  EXPECT_TRUE(batch->refused.empty());
  const db::TelemetryRow& row = batch->rows.at(0);
  EXPECT_EQ(row.body, R"({"health":{"uptime_s":5}})");
  ASSERT_EQ(row.windows.size(), 2u);
  const db::WindowRow& window = row.windows[1];
  EXPECT_EQ(window.from, (db::EntryPlace{"e", 7, 1}));
  EXPECT_EQ(window.model, "defect");
  EXPECT_EQ(window.digest, sha256("bundle").hex());
  EXPECT_EQ(window.end_ms, 61'000);
  EXPECT_EQ(window.inferences, 60u);
  EXPECT_EQ(window.confident, 60u);
  EXPECT_EQ(window.confidence_rolling, 0.9123);
  EXPECT_NEAR(window.latency_p95_ms.value(), 3.0, 0.03);
  EXPECT_EQ(json::parse(window.body), window_element());
  const db::AlertRow& alert = row.alerts.at(0);
  EXPECT_EQ(alert.change, "fired");
  EXPECT_EQ(alert.at_ms, 1767225600000);
  EXPECT_EQ(json::parse(alert.verdict), alert_element()["verdict"]);
  EXPECT_FALSE(json::parse(alert.body).contains("verdict")) << "kept once";
  EXPECT_EQ(json::parse(alert.body)["why"], alert_element()["why"]);
}

TEST(Telemetry, RefusesABadWindowOrAlertAloneAndSaysWhere) {
  const struct {
    const char* pointer;
    json value;
    const char* list;
    const char* words;
  } rows[] = {
      {"/model", "UPPER", "windows", "model: "},
      {"/version", "one", "windows", "version: "},
      {"/digest", std::string(64, 'G'), "windows", "digest: 64 lower-case"},
      {"/digest", std::string(64, 'A'), "windows", "digest: 64 lower-case"},
      {"/window/schema", 9, "windows", "window: schema: 9"},
      {"/window/right", 99, "windows", "window: right: more than labelled"},
      {"/confidence_rolling", 1.5, "windows", "confidence_rolling: 0 to 1"},
      {"/drift", 7, "windows", "drift: an object"},
      {"/more", std::string(70'000, 'x'), "windows", "at most 65536 allowed"},
      {"/rule", "", "alerts", "rule: a name"},
      {"/change", "exploded", "alerts", "change: one of pending, fired, resolved, withdrawn"},
      {"/at_ms", -1, "alerts", "at_ms: a whole number"},
      {"/actions", {1, 2}, "alerts", "actions: a list of texts"},
      {"/why", std::string(5000, 'x'), "alerts", "why: 5000 bytes"},
      {"/verdict", "text", "alerts", "verdict: an object"},
      {"/more", std::string(270'000, 'x'), "alerts", "at most 262144 allowed"},
  };
  for (const auto& row : rows) {
    const bool is_window = std::string_view(row.list) == "windows";
    const json good = is_window ? window_element() : alert_element();
    json bad = good;
    bad[json::json_pointer(row.pointer)] = row.value;
    const auto batch = parse_telemetry(body_of({{"seq", 7}, {row.list, {good, bad, good}}}));
    ASSERT_TRUE(batch) << batch.error().text();
    ASSERT_EQ(batch->refused.size(), 1u) << row.words;
    EXPECT_EQ(batch->refused[0].seq, 7u);
    EXPECT_EQ(batch->refused[0].place, std::string(row.list) + "[1]");
    EXPECT_NE(batch->refused[0].why.text().find(row.words), std::string::npos)
        << batch->refused[0].why.text();
    const db::TelemetryRow& kept = batch->rows.at(0);
    EXPECT_EQ(is_window ? kept.windows.at(1).from.place : kept.alerts.at(1).from.place, 2u);
    EXPECT_EQ(json::parse(kept.body)["refused"][0]["place"], batch->refused[0].place) << "the entry notes it";
    const json answer = telemetry_answer(*batch);
    EXPECT_EQ(answer["acked"], json::parse("[[7,7]]")) << "or it would be sent for ever";
    EXPECT_EQ(answer["refused"][0]["seq"], 7);
  }
}

TEST(Telemetry, RefusesListsThatAreNoneAndWhatIsTooManyOfThem) {
  const auto refused = [](const json& windows) {
    const auto batch = parse_telemetry(body_of({{"seq", 1}, {"windows", windows}}));
    return batch->refused.at(0).place + ": " + batch->refused.at(0).why.text();
  };
  EXPECT_EQ(refused(7), "windows: a list expected");
  EXPECT_EQ(refused({7}), "windows[0]: the document: an object expected");
  json many = json::array();
  for (int i = 0; i < 65; ++i) many.push_back(window_element());
  EXPECT_EQ(refused(many), "windows[64]: 65 elements, at most 64 of an entry are taken");
  EXPECT_EQ(telemetry_answer(*parse_telemetry(body_of({{"seq", 1}}))).count("refused"), 0u);
}

TEST(Telemetry, ANoteThatEndsWithinACharacterIsKept) {
  std::string key = "x";
  for (int i = 0; i < 60; ++i) key += "ä";
  json bad = window_element();
  bad["window"][key] = 1;
  const auto batch = parse_telemetry(body_of({{"seq", 1}, {"windows", {bad}}}));
  ASSERT_TRUE(batch) << batch.error().text();
  EXPECT_EQ(json::parse(batch->rows[0].body)["refused"][0]["place"], "windows[0]");
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
