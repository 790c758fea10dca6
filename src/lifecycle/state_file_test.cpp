#include "lifecycle/state_file.h"

#include <gtest/gtest.h>

namespace drover::lifecycle {
namespace {

Installed installed(const char* version, bool committed) {
  return {.version = *Version::parse(version),
          .digest = sha256(version),
          .order = 4,
          .variant = "arm",
          .committed = committed,
          .manifest = sha256("manifest"),
          .damaged = !committed,
          .fails_under = committed ? "" : "a fingerprint"};
}

Record full_record() {
  Record record;
  record.revision = 17;
  record.state = State::probation;
  record.assignment = Assignment{*Version::parse("1.2.0"), 5};
  record.pending = Assignment{*Version::parse("1.3.0"), 6};
  record.target = Target{.digest = sha256("t"),
                         .length = 9,
                         .size_unpacked = 10,
                         .path = "p",
                         .variant = "arm",
                         .manifest = sha256("m")};
  record.active = installed("1.2.0", false);
  record.kept = {installed("1.1.0", true), installed("1.0.0", true)};
  record.going_back_to = sha256("1.1.0");
  record.attempts = 2;
  record.rounds = 3;
  record.error = Failure{Code::timed_out, "slow \"peer\""};
  record.trial = Trial{.before = {1, 2, 3, 4, 12, 11, 3, 2.5},
                       .after = {5, 6, 7, 8},
                       .elapsed_ms = 9,
                       .adopted = true,
                       .alarm = "drift: blur rose"};
  record.trial->before.latency.add(std::chrono::microseconds(12'500), 100);
  record.usual = {10, 11, 12, 13};
  add(record.quarantine, {.digest = sha256("q"),
                          .version = *Version::parse("0.9.0"),
                          .order = 2,
                          .reason = Code::probation_nan,
                          .message = "NaN"});
  record.falling_back = Failure{Code::bad_model, "unreadable"};
  record.mending = sha256("1.1.0");
  record.stands_in = StandIn{.digest = sha256("1.0.0"), .why = {Code::smoke_output, "differs"}};
  record.qualification = Qualification{.at = *parse_time("2026-01-31T12:00:00Z"),
                                       .environment = {{"kernel", "Linux 6.1.0"}},
                                       .failure = Failure{Code::bad_digest, "model.tflite"}};
  record.pinned = true;
  record.history = {{.at = *parse_time("2026-01-31T12:00:00Z"),
                     .version = *Version::parse("1.1.0"),
                     .order = 4,
                     .result = "committed",
                     .message = ""}};
  return record;
}

TEST(StateFile, a_record_is_read_back_as_it_was_written) {
  Records records;
  records[*ModelName::parse("defect")] = full_record();
  records[*ModelName::parse("keyword")] = {};
  const auto again = parse_records(to_json(records));
  ASSERT_TRUE(again) << again.error().text();
  EXPECT_EQ(*again, records);
}

TEST(StateFile, names_the_model_and_the_key_of_what_is_wrong) {
  const auto records = parse_records(R"({"schema":1,"models":{"defect":{"revision":1,"state":"asleep"}}})");
  ASSERT_FALSE(records);
  EXPECT_EQ(records.error().code, Code::bad_state);
  EXPECT_EQ(records.error().text(), "models.defect: state: \"asleep\" is none");
}

TEST(StateFile, a_state_without_what_it_works_on_is_refused) {
  Record record = full_record();
  record.state = State::downloading;
  record.target.reset();
  Records records;
  records[*ModelName::parse("defect")] = record;
  const auto again = parse_records(to_json(records));
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().text(), "models.defect: downloading without target");
}

TEST(StateFile, a_repair_of_what_is_not_on_the_disk_is_refused) {
  Record record = full_record();
  record.mending = sha256("elsewhere");
  Records records;
  records[*ModelName::parse("defect")] = record;
  const auto again = parse_records(to_json(records));
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().text(), "models.defect: mending: no version on the disk has this digest");
}

TEST(StateFile, a_file_of_an_agent_that_qualified_nothing_again_is_read) {
  const auto records = parse_records(
      R"({"schema":1,"models":{"defect":{"revision":1,"state":"idle","attempts":0,"rounds":0,"pinned":false,
      "usual":{"samples":0,"errors":0,"nans":0,"crashes":0},"active":{"version":"1.0.0","digest":")" +
      sha256("1.0.0").hex() + R"(","order":0,"variant":"","committed":true}}}})");
  ASSERT_TRUE(records) << records.error().text();
  const Record& record = records->begin()->second;
  EXPECT_FALSE(record.qualification);
  EXPECT_FALSE(record.active->damaged);
}

TEST(StateFile, a_newer_agents_file_is_left_alone) {
  const auto records = parse_records(R"({"schema":2,"models":{}})");
  ASSERT_FALSE(records);
  EXPECT_EQ(records.error().code, Code::unsupported);
}

TEST(StateFile, cut_short_anywhere_is_refused) {
  Records records;
  records[*ModelName::parse("defect")] = full_record();
  const std::string text = to_json(records);
  for (std::size_t size = 0; size + 1 < text.size(); ++size)
    EXPECT_FALSE(parse_records(text.substr(0, size))) << size;
}

}  // namespace
}  // namespace drover::lifecycle
