#include "policy/before_after.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <vector>

#include "drift/random.h"

namespace drover::policy {
namespace {

constexpr Probation kPlain = {};
const Probation kGuard = {.max_increase = 0.5, .rule = ProbationRule::guard};

TEST(BeforeAfter, of_rates_by_the_plain_rule) {
  struct Row {
    std::string_view sentence;
    Rate before, after;
    Compared compared;
  };
  constexpr Row kRows[] = {
      {"equal", {10, 1000}, {10, 1000}, Compared::allowed},
      {"none at all", {0, 1000}, {0, 1000}, Compared::allowed},
      {"up to both limits", {10, 1000}, {15, 1000}, Compared::allowed},
      {"beyond both", {10, 1000}, {16, 1000}, Compared::worse},
      {"beyond the absolute one alone", {100, 1000}, {109, 1000}, Compared::allowed},
      {"beyond the relative one alone", {1, 1000}, {5, 1000}, Compared::allowed},
      {"fewer", {100, 1000}, {1, 1000}, Compared::allowed},
  };
  for (const Row& row : kRows)
    EXPECT_EQ(compare_rates(kPlain, "error rate", row.before, row.after).outcome, row.compared)
        << row.sentence;
}

TEST(BeforeAfter, of_rates_by_the_guard_is_undecided_until_enough_was_seen) {
  struct Row {
    std::string_view sentence;
    Rate before, after;
    Compared compared;
  };
  constexpr Row kRows[] = {
      {"nothing", {}, {}, Compared::undecided},
      {"twice as many of few", {10, 200}, {20, 200}, Compared::undecided},
      {"three times as many of many", {500, 10'000}, {150, 1'000}, Compared::worse},
      {"half as many again", {500, 10'000}, {750, 10'000}, Compared::undecided},
      {"equal, of some", {500, 10'000}, {500, 10'000}, Compared::undecided},
      {"equal, of very many", {5'000, 100'000}, {5'000, 100'000}, Compared::allowed},
      {"never any, of some", {0, 10'000}, {0, 1'000}, Compared::undecided},
      {"never any, of many", {0, 10'000}, {0, 10'000}, Compared::allowed},
  };
  for (const Row& row : kRows)
    EXPECT_EQ(compare_rates(kGuard, "error rate", row.before, row.after).outcome, row.compared)
        << row.sentence;
}

TEST(BeforeAfter, of_confidences) {
  struct Row {
    std::string_view sentence;
    Probation policy;
    Mean before, after;
    Compared compared;
  };
  const Row kRows[] = {
      {"equal", kPlain, {900, 1000}, {900, 1000}, Compared::allowed},
      {"a fall of less", kPlain, {900, 1000}, {751, 1000}, Compared::allowed},
      {"a fall of more", kPlain, {900, 1000}, {749, 1000}, Compared::worse},
      {"a rise", kPlain, {500, 1000}, {900, 1000}, Compared::allowed},
      {"a fall of more, of few", kGuard, {90, 100}, {70, 100}, Compared::undecided},
      {"a fall of much more", kGuard, {900, 1000}, {550, 1000}, Compared::worse},
      {"equal, of some", kGuard, {900, 1000}, {900, 1000}, Compared::allowed},
      {"equal, of few", kGuard, {90, 100}, {90, 100}, Compared::undecided},
  };
  for (const Row& row : kRows)
    EXPECT_EQ(compare_confidence(row.policy, row.before, row.after).outcome, row.compared) << row.sentence;
}

TEST(BeforeAfter, names_its_numbers) {
  EXPECT_EQ(compare_rates(kPlain, "error rate", {10, 1000}, {25, 500}).text,
            "error rate 0.0500 (25 of 500) after the swap, 0.0100 (10 of 1000) before; allowed: 0.0150");
  EXPECT_EQ(compare_rates(kGuard, "rate of wrong labels", {0, 1000}, {10, 1000}).text,
            "rate of wrong labels 0.0100 (10 of 1000) after the swap, 0.0000 (0 of 1000) before; allowed: "
            "0.0050; by the "
            "guard between 0.0016 and 0.0312 after, 0.0000 and 0.0104 before");
  EXPECT_EQ(compare_confidence(kPlain, {900, 1000}, {350, 500}).text,
            "mean confidence 0.7000 (of 500) after the swap, 0.9000 (of 1000) before; allowed fall: 0.1500");
}

/// How many of 300 unchanged models with 5 % errors are taken back within 10 000 inferences, looked at every
/// 100.
int taken_back(const Probation& policy) {
  constexpr std::uint64_t kRuns = 300, kBefore = 10'000, kAfter = 10'000, kLook = 100;
  int taken = 0;
  for (std::uint64_t run = 0; run < kRuns; ++run) {
    drift::SplitMix random(run);
    Rate before{.count = kBefore}, after;
    for (std::uint64_t i = 0; i < kBefore; ++i) before.errors += random.uniform() < 0.05;
    bool worse = false;
    while (after.count < kAfter && !worse) {
      for (std::uint64_t i = 0; i < kLook; ++i) after.errors += random.uniform() < 0.05;
      after.count += kLook;
      worse = compare_rates(policy, "error rate", before, after).outcome == Compared::worse;
    }
    taken += worse;
  }
  return taken;
}

TEST(BeforeAfter, the_guard_keeps_its_level_and_the_plain_rule_has_none) {
  EXPECT_GT(taken_back({.max_increase = 0.10, .min_absolute = 0}), 150);
  EXPECT_LE(taken_back({.max_increase = 0.10, .min_absolute = 0, .rule = ProbationRule::guard, .alpha = 0.1}),
            30);
}

TEST(BeforeAfter, more_errors_or_less_confidence_are_never_found_better) {
  EXPECT_TRUE(rc::check([] {
    const Probation& policy = *rc::gen::element(kPlain, kGuard);
    const auto rank = [](Compared compared) {
      return compared == Compared::allowed ? 0 : compared == Compared::undecided ? 1 : 2;
    };
    const auto count = *rc::gen::inRange<std::uint64_t>(1, 5000);
    const auto errors = *rc::gen::inRange<std::uint64_t>(0, count);
    RC_ASSERT(rank(compare_rates(policy, "", {50, 1000}, {errors, count}).outcome) <=
              rank(compare_rates(policy, "", {50, 1000}, {errors + 1, count}).outcome));
    const auto sum = static_cast<double>(errors);
    RC_ASSERT(rank(compare_confidence(policy, {800, 1000}, {sum + 1, count}).outcome) <=
              rank(compare_confidence(policy, {800, 1000}, {sum, count}).outcome));
  }));
}

}  // namespace
}  // namespace drover::policy
