#include "lifecycle/probation.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace drover::lifecycle {
namespace {

using std::chrono::minutes;

const policy::Probation kPolicy = policy::default_policy().probation;

std::uint64_t ms(std::chrono::milliseconds duration) { return static_cast<std::uint64_t>(duration.count()); }

struct Row {
  std::string_view sentence;
  Counts before;
  Counts after;
  std::uint64_t elapsed_ms;
  bool adopted;
  WayBack back;
  Verdict verdict;
  Code code = Code::internal;
};

TEST(Probation, judges_by_the_table) {
  const Row kRows[] = {
      {"nothing seen yet", {1000, 10}, {}, 0, false, WayBack::proven, Verdict::undecided},
      {"as good as before, time not over",
       {1000, 10},
       {1000, 10},
       ms(minutes(9)),
       true,
       WayBack::proven,
       Verdict::undecided},
      {"as good as before, time over",
       {1000, 10},
       {1000, 10},
       ms(minutes(10)),
       true,
       WayBack::proven,
       Verdict::pass},
      {"twice the errors",
       {1000, 10},
       {1000, 20},
       ms(minutes(1)),
       true,
       WayBack::proven,
       Verdict::fail,
       Code::probation_errors},
      {"more by less than min_absolute",
       {1000, 10},
       {1000, 15},
       ms(minutes(10)),
       true,
       WayBack::proven,
       Verdict::pass},
      {"more by less than max_increase",
       {1000, 100},
       {1000, 109},
       ms(minutes(10)),
       true,
       WayBack::proven,
       Verdict::pass},
      {"twice the errors in too few samples",
       {1000, 10},
       {99, 9},
       ms(minutes(9)),
       true,
       WayBack::proven,
       Verdict::undecided},
      {"too few samples, time over",
       {1000, 10},
       {99, 0},
       ms(minutes(10)),
       true,
       WayBack::proven,
       Verdict::hold},
      {"too few samples before, time over",
       {99, 0},
       {1000, 0},
       ms(minutes(10)),
       true,
       WayBack::proven,
       Verdict::hold},
      {"one NaN", {1000, 0}, {50, 1, 1}, 0, true, WayBack::proven, Verdict::fail, Code::probation_nan},
      {"one crash", {1000, 0}, {0, 0, 0, 1}, 0, false, WayBack::proven, Verdict::fail, Code::probation_crash},
      {"not adopted in time",
       {1000, 0},
       {},
       ms(minutes(5)),
       false,
       WayBack::proven,
       Verdict::fail,
       Code::probation_not_adopted},
      {"not adopted, a moment before",
       {1000, 0},
       {},
       ms(minutes(5)) - 1,
       false,
       WayBack::proven,
       Verdict::undecided},
      {"the first version with errors", {}, {1000, 500}, ms(minutes(10)), true, WayBack::none, Verdict::pass},
      {"the first version, nobody uses it", {}, {}, ms(minutes(10)), false, WayBack::none, Verdict::hold},
      {"the first version with a NaN",
       {},
       {10, 1, 1},
       0,
       true,
       WayBack::none,
       Verdict::fail,
       Code::probation_nan},
      {"after an unproven one that was used, twice the errors",
       {1000, 10},
       {1000, 20},
       1,
       true,
       WayBack::unproven,
       Verdict::fail,
       Code::probation_errors},
      {"after an unproven one that was used a little",
       {20, 0},
       {1000, 20},
       ms(minutes(10)),
       true,
       WayBack::unproven,
       Verdict::pass},
      {"after an unproven one that was used a little, nobody uses it",
       {20, 0},
       {},
       ms(minutes(5)),
       false,
       WayBack::unproven,
       Verdict::fail,
       Code::probation_not_adopted},
      {"after an unproven one, where nothing is ever recorded",
       {},
       {},
       ms(minutes(10)),
       false,
       WayBack::unproven,
       Verdict::hold},
      {"after an unproven one with a NaN",
       {},
       {10, 1, 1},
       0,
       true,
       WayBack::unproven,
       Verdict::fail,
       Code::probation_nan},
  };
  for (const Row& row : kRows) {
    const Trial trial{
        .before = row.before, .after = row.after, .elapsed_ms = row.elapsed_ms, .adopted = row.adopted};
    const Judgement judgement = judge(kPolicy, trial, row.back);
    EXPECT_EQ(judgement.verdict, row.verdict) << row.sentence << ": " << judgement.text;
    if (row.verdict == Verdict::fail) EXPECT_EQ(judgement.code, row.code) << row.sentence;
  }
}

TEST(Probation, a_failure_names_its_numbers) {
  const Trial trial{.before = {1000, 10}, .after = {500, 25}, .elapsed_ms = 1, .adopted = true};
  EXPECT_EQ(judge(kPolicy, trial, WayBack::proven).text,
            "error rate 0.0500 (25 of 500) after the swap, 0.0100 (10 of 1000) before; allowed: 0.0150");
}

TEST(Probation, more_errors_never_make_a_verdict_better) {
  EXPECT_TRUE(rc::check([] {
    const auto samples = *rc::gen::inRange<std::uint64_t>(1, 3000);
    const auto errors = *rc::gen::inRange<std::uint64_t>(0, samples);
    const auto elapsed = *rc::gen::inRange<std::uint64_t>(0, 2 * ms(kPolicy.duration));
    Trial trial{.before = {1000, 20}, .after = {samples, errors}, .elapsed_ms = elapsed, .adopted = true};
    const Verdict fewer = judge(kPolicy, trial, WayBack::proven).verdict;
    ++trial.after.errors;
    const Verdict more = judge(kPolicy, trial, WayBack::proven).verdict;
    RC_ASSERT(fewer != Verdict::fail || more == Verdict::fail);
  }));
}

TEST(Counts, the_usual_rate_follows_the_last_ten_thousand_or_so) {
  Counts usual;
  for (int i = 0; i < 1000; ++i)
    usual = remember(usual, {.samples = 100, .errors = 1, .nans = 0, .crashes = 0});
  EXPECT_NEAR(usual.error_rate(), 0.01, 0.001);
  EXPECT_LE(usual.samples, 20'000u);
  for (int i = 0; i < 1000; ++i)
    usual = remember(usual, {.samples = 100, .errors = 10, .nans = 0, .crashes = 0});
  EXPECT_NEAR(usual.error_rate(), 0.10, 0.005);
}

}  // namespace
}  // namespace drover::lifecycle
