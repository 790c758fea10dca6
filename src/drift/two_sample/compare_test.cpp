#include "drift/two_sample/compare.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>
#include <limits>
#include <numeric>

#include "drift/random.h"
#include "drift/two_sample/picture.h"

namespace drover::drift {
namespace {

using testing::HasSubstr;

Sample uniform(SplitMix& random, int count, double shift) {
  std::vector<double> values;
  for (int i = 0; i < count; ++i) values.push_back(random.uniform() + shift);
  return *Sample::make(std::move(values));
}

ColumnComparison numbers(const char* name, const Sample& a, const Sample& b) {
  return *compare_numbers(name, a, b, KsMethod::automatic);
}

TEST(Compare, TellsDriftedSameAndTooFewWithTheNumbers) {
  SplitMix random(1);
  const Sample reference = uniform(random, 600, 0);
  std::vector<ColumnComparison> columns = {
      numbers("shifted", reference, uniform(random, 700, 0.3)),
      numbers("still", reference, reference),
      numbers("few", reference, uniform(random, 3, 5)),
      compare_categories("kind", {{"a", 50}, {"b", 50}}, {{"a", 30}, {"b", 50}, {"new", 40}}),
      compare_categories("gone", {{"a", 50}}, {}),
  };
  decide(columns, Correction::holm, 0.05);
  EXPECT_EQ(columns[0].verdict, Verdict::drifted);
  EXPECT_THAT(columns[0].why, HasSubstr("after holm correction: at most alpha = 0.05; "));
  EXPECT_THAT(columns[0].why, HasSubstr("of the reference and"));
  EXPECT_EQ(columns[1].verdict, Verdict::same);
  EXPECT_THAT(columns[1].why, HasSubstr("KS D = 0, exact p = 1, 1 after holm correction: above alpha"));
  EXPECT_EQ(columns[2].verdict, Verdict::too_few);
  EXPECT_EQ(columns[2].why, "600 reference and 3 current values; a verdict needs 10 of each");
  EXPECT_EQ(columns[3].verdict, Verdict::drifted);
  EXPECT_THAT(columns[3].why, HasSubstr("\"new\" went from 0.0 % to 33.3 %"));
  EXPECT_EQ(columns[4].verdict, Verdict::too_few);
}

TEST(Compare, ConstantColumnsHaveFigures) {
  const Sample one = *Sample::make(std::vector<double>(20, 1)),
               two = *Sample::make(std::vector<double>(20, 2));
  std::vector<ColumnComparison> columns = {numbers("same", one, one), numbers("moved", one, two)};
  decide(columns, Correction::none, 0.05);
  EXPECT_EQ(columns[0].verdict, Verdict::same);
  EXPECT_EQ(columns[0].psi.smoothed, 0);
  EXPECT_TRUE(std::isnan(columns[0].numeric->wasserstein_scaled));
  EXPECT_EQ(columns[1].verdict, Verdict::drifted);
  EXPECT_EQ(columns[1].numeric->wasserstein, 1);
  EXPECT_NEAR(columns[1].hellinger, 1, 1e-12);
}

TEST(Compare, AColumnThatIsTooFewDoesNotWeakenTheOthers) {
  SplitMix random(3);
  const Sample reference = uniform(random, 100, 0), current = uniform(random, 100, 0.2);
  std::vector<ColumnComparison> alone = {numbers("x", reference, current)};
  std::vector<ColumnComparison> beside = {numbers("x", reference, current),
                                          numbers("y", reference, uniform(random, 3, 0))};
  decide(alone, Correction::bonferroni, 0.05);
  decide(beside, Correction::bonferroni, 0.05);
  EXPECT_EQ(alone[0].p_adjusted, beside[0].p_adjusted);
}

TEST(Compare, MissingValuesAreSaid) {
  SplitMix random(4);
  std::vector<ColumnComparison> columns = {numbers("x", uniform(random, 30, 0), uniform(random, 30, 0))};
  columns[0].left_out_current = {.missing = 20, .nan = 10};
  decide(columns, Correction::bh, 0.05);
  EXPECT_THAT(columns[0].why,
              HasSubstr("left out as missing or NaN: 0 % of the reference, 50 % of the current"));
}

/// A null simulation: with BH over eight unchanged columns, any verdict "drifted" comes in at most α of
/// tables.
TEST(Compare, UnchangedTablesAreRarelyDrifted) {
  SplitMix random(6);
  const int tables = 400;
  int alarms = 0;
  for (int i = 0; i < tables; ++i) {
    std::vector<ColumnComparison> columns;
    for (int c = 0; c < 8; ++c)
      columns.push_back(numbers("x", uniform(random, 60, 0), uniform(random, 50, 0)));
    decide(columns, Correction::bh, 0.05);
    alarms += std::ranges::any_of(columns, [](const auto& c) { return c.verdict == Verdict::drifted; });
  }
  EXPECT_LE(alarms, 33);  // 20 expected at most, and 3 standard deviations
  EXPECT_GT(alarms, 2);
}

RC_GTEST_PROP(PictureProperty, HoldsEveryValueOnce, (std::vector<double> a, std::vector<double> b)) {
  a.push_back(*rc::gen::element(0.0, 1e308, -1e308, std::numeric_limits<double>::infinity()));
  b.push_back(1);
  const Picture made = picture(*Sample::make(a, NanRule::drop), *Sample::make(b, NanRule::drop));
  RC_ASSERT(std::isfinite(made.low) && std::isfinite(made.high) && made.low < made.high);
  for (const auto* shares : {&made.reference, &made.current}) {
    RC_ASSERT(std::abs(std::accumulate(shares->begin(), shares->end(), 0.0) - 1) < 1e-9);
    for (const double share : *shares) RC_ASSERT(share >= 0);
  }
  RC_ASSERT(std::ranges::is_sorted(made.reference_cdf) && std::ranges::is_sorted(made.current_cdf));
}

}  // namespace
}  // namespace drover::drift
