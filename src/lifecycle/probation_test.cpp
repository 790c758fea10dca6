#include "lifecycle/probation.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <functional>

namespace drover::lifecycle {
namespace {

using std::chrono::milliseconds;
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

/// Counts of which everything is as usual: 1 % errors, 2 % wrong labels, confidence 0.9, 10 ms.
Counts usual(std::uint64_t samples) {
  Counts counts{.samples = samples,
                .errors = samples / 100,
                .labelled = samples / 5,
                .wrong = samples / 250,
                .confident = samples,
                .confidence_sum = 0.9 * static_cast<double>(samples)};
  counts.latency.add(milliseconds(10), samples);
  return counts;
}

Counts with(Counts counts, const std::function<void(Counts&)>& change) {
  change(counts);
  return counts;
}

TEST(Probation, a_version_that_nobody_asked_yet_has_no_confidence_to_compare) {
  policy::Probation policy = kPolicy;
  policy.min_samples = policy.min_labels = 0;
  const Trial trial{.before = usual(5000), .after = {}, .elapsed_ms = 1, .adopted = true};
  EXPECT_EQ(judge(policy, trial, WayBack::proven).verdict, Verdict::undecided);
}

TEST(Probation, judges_labels_confidence_latency_and_drift_by_the_table) {
  struct Other {
    std::string_view sentence;
    Counts before, after;
    bool is_over;
    Verdict verdict;
    Code code = Code::internal;
    std::string alarm = {};
    bool drift = false;
    WayBack back = WayBack::proven;
  };
  const auto slower = [](int ms) {
    return
        [ms](Counts& counts) { counts.latency = {}, counts.latency.add(milliseconds(ms), counts.samples); };
  };
  const Other kRows[] = {
      {"as usual, time not over", usual(5000), usual(1000), false, Verdict::undecided},
      {"as usual, time over", usual(5000), usual(1000), true, Verdict::pass},
      {"more wrong labels", usual(5000), with(usual(1000), [](Counts& c) { c.wrong = 20; }), false,
       Verdict::fail, Code::probation_errors},
      {"a few more wrong labels", usual(5000),
       with(usual(1000), [](Counts& c) { c.labelled = 400, c.wrong = 9; }), true, Verdict::pass},
      {"more wrong labels of too few", usual(5000),
       with(usual(1000), [](Counts& c) { c.labelled = 49, c.wrong = 40; }), false, Verdict::undecided},
      {"labels are usual and too few came", usual(5000),
       with(usual(1000), [](Counts& c) { c.labelled = 49; }), true, Verdict::hold},
      {"labels are not usual", with(usual(5000), [](Counts& c) { c.labelled = 49, c.wrong = 0; }),
       usual(1000), true, Verdict::pass},
      {"labels came for the first time and are all wrong",
       with(usual(5000), [](Counts& c) { c.labelled = c.wrong = 0; }),
       with(usual(1000), [](Counts& c) { c.wrong = c.labelled; }), true, Verdict::pass},
      {"confidence fell", usual(5000), with(usual(1000), [](Counts& c) { c.confidence_sum = 740; }), false,
       Verdict::fail, Code::probation_confidence},
      {"confidence fell by what is allowed", usual(5000),
       with(usual(1000), [](Counts& c) { c.confidence_sum = 760; }), true, Verdict::pass},
      {"confidence fell, of too few that told one", usual(5000),
       with(usual(1000), [](Counts& c) { c.confident = 99, c.confidence_sum = 0; }), true, Verdict::pass},
      {"confidence was not told before",
       with(usual(5000), [](Counts& c) { c.confident = 0, c.confidence_sum = 0; }),
       with(usual(1000), [](Counts& c) { c.confidence_sum = 100; }), true, Verdict::pass},
      {"three times as slow", usual(5000), with(usual(1000), slower(30)), false, Verdict::undecided},
      {"three times as slow, time over", usual(5000), with(usual(1000), slower(30)), true, Verdict::hold},
      {"half as slow again, time over", usual(5000), with(usual(1000), slower(15)), true, Verdict::pass},
      {"faster, time over", usual(5000), with(usual(1000), slower(2)), true, Verdict::pass},
      {"slower, of too few", usual(5000),
       with(usual(1000), [](Counts& c) { c.latency = {}, c.latency.add(milliseconds(99), 99); }), true,
       Verdict::pass},
      {"slower with more errors", usual(5000),
       with(usual(1000), [&](Counts& c) { slower(30)(c), c.errors = 50; }), true, Verdict::fail,
       Code::probation_errors},
      {"an alarm that the policy asks for", usual(5000), usual(1), false, Verdict::fail, Code::drift_found,
       "blur", true},
      {"an alarm that it does not ask for", usual(5000), usual(1000), true, Verdict::pass, Code::internal,
       "blur"},
      {"no alarm", usual(5000), usual(1000), true, Verdict::pass, Code::internal, "", true},
      {"an alarm of the first version",
       {},
       usual(1000),
       true,
       Verdict::pass,
       Code::internal,
       "blur",
       true,
       WayBack::none},
      {"wrong labels after an unproven one", usual(5000), with(usual(1000), [](Counts& c) { c.wrong = 20; }),
       false, Verdict::fail, Code::probation_errors, "", false, WayBack::unproven},
      {"wrong labels of the first version",
       {},
       with(usual(1000), [](Counts& c) { c.wrong = 200; }),
       true,
       Verdict::pass,
       Code::internal,
       "",
       false,
       WayBack::none},
  };
  for (const Other& row : kRows) {
    policy::Probation policy = kPolicy;
    policy.drift = row.drift;
    const Trial trial{.before = row.before,
                      .after = row.after,
                      .elapsed_ms = row.is_over ? ms(policy.duration) : ms(policy.duration) - 1,
                      .adopted = true,
                      .alarm = row.alarm};
    const Judgement judgement = judge(policy, trial, row.back);
    EXPECT_EQ(judgement.verdict, row.verdict) << row.sentence << ": " << judgement.text;
    EXPECT_EQ(judgement.code, row.code) << row.sentence << ": " << judgement.text;
  }
}

TEST(Probation, by_the_guard_fails_and_passes_on_enough_alone) {
  struct Guarded {
    std::string_view sentence;
    Counts before, after;
    Verdict verdict;
  };
  const auto clean = [](std::uint64_t samples) {
    return with(usual(samples), [](Counts& c) { c.errors = 0, c.labelled = 0, c.wrong = 0; });
  };
  const Guarded kRows[] = {
      {"twice the errors of few, which the plain rule takes back", {1000, 10}, {1000, 20}, Verdict::hold},
      {"ten times the errors", {1000, 10}, {1000, 100}, Verdict::fail},
      {"no errors, of few", clean(1000), clean(200), Verdict::hold},
      {"no errors, of many", clean(5000), clean(5000), Verdict::pass},
      {"confidence fell a little, of few", clean(5000),
       with(clean(5000), [](Counts& c) { c.confident = 100, c.confidence_sum = 80; }), Verdict::hold},
      {"confidence fell much", clean(5000), with(clean(5000), [](Counts& c) { c.confidence_sum = 3000; }),
       Verdict::fail},
  };
  policy::Probation policy = kPolicy;
  policy.rule = policy::ProbationRule::guard;
  for (const Guarded& row : kRows) {
    const Trial trial{
        .before = row.before, .after = row.after, .elapsed_ms = ms(policy.duration), .adopted = true};
    const Judgement judgement = judge(policy, trial, WayBack::proven);
    EXPECT_EQ(judgement.verdict, row.verdict) << row.sentence << ": " << judgement.text;
  }
}

TEST(Probation, says_what_it_holds_for) {
  Trial trial{
      .before = usual(5000), .after = usual(1000), .elapsed_ms = ms(kPolicy.duration), .adopted = true};
  trial.after.labelled = 7;
  EXPECT_EQ(judge(kPolicy, trial, WayBack::proven).text,
            "too few labels to decide: 7 after and 1000 before the swap, 50 wanted");
  trial.after = usual(1000);
  trial.after.latency = {};
  trial.after.latency.add(milliseconds(30), 1000);
  EXPECT_EQ(judge(kPolicy, trial, WayBack::proven).text,
            "p95 of the latency 33.6 ms after the swap, 10.5 ms before; allowed: 21 ms");
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

}  // namespace
}  // namespace drover::lifecycle
