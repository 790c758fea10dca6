#include "lifecycle/requalification.h"

#include <gtest/gtest.h>

#include "lifecycle/changes.h"
#include "lifecycle/mending.h"

namespace drover::lifecycle {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

const UnixTime kNow = *parse_time("2026-01-31T12:00:00Z");
const Environment kOld = {{"engine", "tflite 2.19.0"}, {"kernel", "Linux 6.1.0"}};
const Environment kNew = {{"engine", "tflite 2.20.0"}, {"kernel", "Linux 6.1.0"}};
const std::string kUnderOld = fingerprint(kOld), kUnderNew = fingerprint(kNew);

Installed installed(const char* version) {
  return {.version = *Version::parse(version),
          .digest = sha256(version),
          .order = 4,
          .variant = {},
          .committed = true};
}

/// At rest with 1.2.0; 1.1.0 and 1.0.0 are kept.
Record resting() {
  Record record;
  record.assignment = Assignment{*Version::parse("1.2.0"), 4};
  record.active = installed("1.2.0");
  record.kept = {installed("1.1.0"), installed("1.0.0")};
  return record;
}

/// It was looked at, under kOld; the next time is in a day.
Watch looked() { return {.looked = true, .look_at = hours(24), .looked_under = kUnderOld}; }

/// 1.1.0 stands in for 1.2.0.
Record standing_in() {
  Record record = resting();
  fall_back(record, record.kept[0].digest, {Code::bad_digest, "model.tflite"});
  restored(record, kNow);
  return record;
}

Duty what(const Record& record, const Watch& watch, const std::string& under = kUnderOld,
          Monotonic now = hours(1)) {
  return duty(record, watch, under, now).duty;
}

TEST(Fingerprint, tells_environments_apart_and_is_empty_where_nothing_is_known) {
  EXPECT_NE(kUnderOld, kUnderNew);
  EXPECT_EQ(fingerprint(Environment(kOld)), kUnderOld);
  EXPECT_EQ(fingerprint({}), "");
}

TEST(Fingerprint, a_difference_is_told_in_words) {
  EXPECT_EQ(difference(kOld, kOld), "");
  EXPECT_EQ(difference(kOld, kNew), "engine was tflite 2.19.0, is tflite 2.20.0");
  EXPECT_EQ(difference({{"os", "debian 12"}}, {{"library", "/l.so"}}),
            "os was debian 12, is unknown; library was unknown, is /l.so");
}

TEST(Duty, a_look_is_due_at_the_start_then_daily_and_when_the_environment_is_another) {
  const Record record = resting();
  EXPECT_EQ(*duty(record, {}, kUnderOld, hours(1)).cause, Cause::boot);
  EXPECT_EQ(what(record, looked()), Duty::none);
  EXPECT_EQ(duty(record, looked(), kUnderOld, hours(1)).at, Monotonic(hours(24)));
  EXPECT_EQ(*duty(record, looked(), kUnderOld, hours(24)).cause, Cause::period);
  EXPECT_EQ(*duty(record, looked(), kUnderNew, hours(1)).cause, Cause::environment);
}

TEST(Duty, an_update_goes_first) {
  Record record = resting();
  for (std::size_t i = 0; i < kStates; ++i) {
    record.state = static_cast<State>(i);
    const bool rests =
        record.state == State::idle || record.state == State::probation || record.state == State::holding;
    EXPECT_EQ(what(record, {}), rests ? Duty::look : Duty::none) << name(record.state);
  }
}

TEST(Duty, there_is_none_without_a_version_or_without_knowing_the_environment) {
  EXPECT_EQ(what({}, {}), Duty::none);
  EXPECT_EQ(duty({}, {}, kUnderOld, hours(1)).at, Monotonic::max());
  EXPECT_EQ(what(resting(), {}, ""), Duty::none);
}

TEST(Duty, a_damaged_active_version_is_fetched_again_when_the_wait_is_over) {
  Record record = resting();
  record.active->damaged = true;
  const Due due = duty(record, looked(), kUnderOld, hours(1));
  EXPECT_EQ(due.duty, Duty::mend);
  EXPECT_EQ(due.version, record.active->digest);
  Watch watch = looked();
  watch.mend_at = hours(2);
  EXPECT_EQ(what(record, watch), Duty::none);
  EXPECT_EQ(duty(record, watch, kUnderOld, hours(1)).at, Monotonic(hours(2)));
}

TEST(Duty, one_that_could_not_be_repaired_gives_way_before_the_next_try) {
  Record record = resting();
  record.active->damaged = true;
  not_qualified(record, {Code::bad_digest, ""}, kOld, kNow);
  Watch watch = looked();
  watch.mend_failed = true;
  EXPECT_EQ(what(record, watch), Duty::replace);
  qualified(record, sha256("manifest"), kOld, kNow);
  EXPECT_EQ(what(record, watch), Duty::none);
}

TEST(Duty, a_damaged_version_is_fetched_while_another_stands_in_for_it) {
  Record record = standing_in();
  find_version(record, sha256("1.2.0"))->damaged = true;
  const Due due = duty(record, looked(), kUnderOld, hours(1));
  EXPECT_EQ(due.duty, Duty::mend);
  EXPECT_EQ(due.version, sha256("1.2.0"));
}

TEST(Duty, a_stand_in_that_is_damaged_itself_is_fetched_after_the_version_that_it_stands_in_for) {
  Record record = standing_in();
  record.active->damaged = true;
  EXPECT_EQ(duty(record, looked(), kUnderOld, hours(1)).version, sha256("1.1.0"));
  find_version(record, sha256("1.2.0"))->damaged = true;
  EXPECT_EQ(duty(record, looked(), kUnderOld, hours(1)).version, sha256("1.2.0"));
}

TEST(Duty, a_kept_version_that_nobody_waits_for_is_not_repaired) {
  Record record = resting();
  record.kept[0].damaged = true;
  EXPECT_EQ(what(record, looked()), Duty::none);
}

TEST(Duty, a_version_that_failed_under_one_environment_is_tested_again_under_another_and_only_then) {
  Record record = standing_in();
  find_version(record, sha256("1.2.0"))->fails_under = kUnderNew;
  Watch watch = looked();
  watch.looked_under = kUnderNew;
  EXPECT_EQ(what(record, watch, kUnderNew), Duty::none);
  EXPECT_EQ(what(record, looked(), kUnderOld), Duty::retest);
  record.state = State::probation;
  EXPECT_EQ(what(record, looked(), kUnderOld), Duty::none);
}

struct SamplesRow {
  Code code;
  std::uint64_t tries;
  Samples expected;
};
class JudgeSamples : public testing::TestWithParam<SamplesRow> {};

TEST_P(JudgeSamples, tells_the_model_from_the_machine) {
  EXPECT_EQ(judge_samples(GetParam().code, GetParam().tries), GetParam().expected);
}
INSTANTIATE_TEST_SUITE_P(Table, JudgeSamples,
                         testing::Values(SamplesRow{Code::smoke_output, 1, Samples::failed},
                                         SamplesRow{Code::bad_model, 1, Samples::failed},
                                         SamplesRow{Code::bad_manifest, 1, Samples::failed},
                                         SamplesRow{Code::delegate_missing, 1, Samples::failed},
                                         SamplesRow{Code::smoke_latency, 1, Samples::undecided},
                                         SamplesRow{Code::smoke_latency, kTriesMax, Samples::failed},
                                         SamplesRow{Code::model_crashed, 2, Samples::undecided},
                                         SamplesRow{Code::model_crashed, kTriesMax, Samples::failed},
                                         SamplesRow{Code::cpu_exceeded, kTriesMax, Samples::failed},
                                         SamplesRow{Code::runtime_missing, kTriesMax, Samples::undecided},
                                         SamplesRow{Code::out_of_memory, kTriesMax, Samples::undecided},
                                         SamplesRow{Code::not_found, kTriesMax, Samples::undecided},
                                         SamplesRow{Code::internal, kTriesMax, Samples::undecided}),
                         [](const auto& info) {
                           return std::string(name(info.param.code)) + "_" + std::to_string(info.param.tries);
                         });

TEST(Remedy, follows_from_the_files_and_the_samples) {
  EXPECT_EQ(remedy(false, Samples::passed), Remedy::none);
  EXPECT_EQ(remedy(false, Samples::undecided), Remedy::look_again);
  EXPECT_EQ(remedy(false, Samples::failed), Remedy::replace);
  EXPECT_EQ(remedy(true, Samples::passed), Remedy::mend);
  EXPECT_EQ(remedy(true, Samples::undecided), Remedy::mend);
  EXPECT_EQ(remedy(true, Samples::failed), Remedy::replace);
}

TEST(WayBack, is_the_newest_kept_version_that_is_whole_and_passes_here) {
  Record record = resting();
  EXPECT_EQ(way_back(record, kUnderOld)->version.str(), "1.1.0");
  record.kept[0].fails_under = kUnderOld;
  EXPECT_EQ(way_back(record, kUnderOld)->version.str(), "1.0.0");
  EXPECT_EQ(way_back(record, kUnderNew)->version.str(), "1.1.0");
  record.kept[0].damaged = record.kept[1].damaged = true;
  EXPECT_EQ(way_back(record, kUnderNew), nullptr);
}

TEST(FallBack, quarantines_nothing_keeps_the_version_to_return_to_and_settles_the_assignment) {
  const Record record = standing_in();
  EXPECT_EQ(record.active->version.str(), "1.1.0");
  EXPECT_TRUE(record.quarantine.empty());
  EXPECT_EQ(record.kept.front().version.str(), "1.2.0");
  EXPECT_EQ(record.history.back().result, "replaced");
  EXPECT_TRUE(is_settled(record));
  const Report report = report_of(record);
  EXPECT_EQ(report.standing_in_for->str(), "1.2.0");
  EXPECT_EQ(report.error->code, Code::bad_digest);
}

TEST(FallBack, twice_still_returns_to_the_first) {
  Record record = standing_in();
  record.active->damaged = true;
  fall_back(record, sha256("1.0.0"), {Code::smoke_output, "again"});
  restored(record, kNow);
  EXPECT_EQ(record.active->version.str(), "1.0.0");
  EXPECT_EQ(report_of(record).standing_in_for->str(), "1.2.0");
  EXPECT_EQ(record.kept.size(), 2u);
}

TEST(FallBack, back_to_the_version_stood_in_for_ends_the_standing_in) {
  Record record = standing_in();
  fall_back(record, sha256("1.2.0"), {Code::smoke_output, "1.1.0 fails now"});
  restored(record, kNow);
  EXPECT_EQ(record.active->version.str(), "1.2.0");
  EXPECT_FALSE(record.stands_in);
}

TEST(FallBack, is_over_when_another_version_is_taken_up) {
  Record record = standing_in();
  begin(record, {*Version::parse("1.3.0"), 5});
  record.target =
      Target{.digest = sha256("1.3.0"), .length = 1, .size_unpacked = 1, .path = "p", .variant = {}};
  swapped(record, 3, kNew, kNow);
  EXPECT_FALSE(record.stands_in);
  EXPECT_EQ(record.qualification->environment, kNew);
  EXPECT_FALSE(report_of(record).error);
}

TEST(Mending, of_the_active_version_ends_with_it_whole_and_qualified) {
  Record record = resting();
  record.active->damaged = true;
  not_qualified(record, {Code::bad_digest, "model.tflite"}, kOld, kNow);
  begin_mending(record, record.active->digest);
  record.target = Target{.digest = record.active->digest,
                         .length = 1,
                         .size_unpacked = 1,
                         .path = "p",
                         .variant = {},
                         .manifest = sha256("manifest")};
  mended(record, kOld, kNow);
  EXPECT_FALSE(record.active->damaged);
  EXPECT_EQ(record.active->manifest, sha256("manifest"));
  EXPECT_FALSE(record.mending);
  EXPECT_FALSE(report_of(record).error);
  EXPECT_EQ(record.history.back().result, "repaired");
}

TEST(Mending, of_a_version_stood_in_for_ends_with_it_active_and_committed_as_it_was) {
  for (const bool was_committed : {true, false}) {
    Record record = standing_in();
    Installed& absent = *find_version(record, sha256("1.2.0"));
    absent.damaged = true;
    absent.committed = was_committed;
    begin_retest(record, absent.digest);
    may_return(record, kNow);
    swapped(record, 3, kOld, kNow);
    EXPECT_EQ(record.active->version.str(), "1.2.0");
    EXPECT_FALSE(record.active->damaged);
    EXPECT_EQ(record.active->committed, was_committed);
    EXPECT_EQ(is_on_trial(record), !was_committed);
    EXPECT_FALSE(record.stands_in);
    EXPECT_EQ(report_of(record).previous->str(), "1.1.0");
  }
}

TEST(Mending, that_fails_is_told_and_touches_no_error_of_the_assignment) {
  Record record = resting();
  record.active->damaged = true;
  record.error = Failure{Code::pinned, "by a person"};
  not_qualified(record, {Code::bad_digest, "model.tflite"}, kOld, kNow);
  begin_mending(record, record.active->digest);
  mending_failed(record, {Code::unreachable, "no network"}, "", kNow);
  EXPECT_TRUE(record.active->damaged);
  EXPECT_EQ(record.error->code, Code::pinned);
  EXPECT_EQ(record.qualification->failure->code, Code::unreachable);
  EXPECT_FALSE(record.mending);
}

TEST(Mending, that_brought_whole_files_whose_samples_fail_blames_the_environment) {
  Record record = resting();
  record.active->damaged = true;
  begin_mending(record, record.active->digest);
  mending_failed(record, {Code::smoke_output, "differs"}, kUnderNew, kNow);
  EXPECT_FALSE(record.active->damaged);
  EXPECT_FALSE(is_usable(*record.active, kUnderNew));
  EXPECT_TRUE(is_usable(*record.active, kUnderOld));
}

TEST(Mending, gives_way_to_an_assignment) {
  Record record = resting();
  begin_mending(record, record.active->digest);
  begin(record, {*Version::parse("1.3.0"), 5});
  EXPECT_FALSE(record.mending);
}

}  // namespace
}  // namespace drover::lifecycle
