#include "server/fleet_drift.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "monitor/testing.h"
#include "monitor/window_json.h"

namespace drover::server {
namespace {

using drift::Verdict;
using monitor::testing::inferences;
using monitor::testing::scheme;
using monitor::testing::window_of;

SentWindow sent(const monitor::Window& window, const nlohmann::json& columns = nullptr) {
  nlohmann::json entry = {{"window", monitor::to_json(window, scheme())}};
  if (!columns.is_null()) entry["drift"]["columns"] = columns;
  return *read_sent(entry.dump());
}

WindowSum sum_of(std::size_t count, std::uint64_t seed, double light = 100) {
  return WindowSum::of(sent(window_of(inferences(count, seed, light))));
}

std::vector<ColumnDrift> judged(const WindowSum& sum) {
  auto columns = against_baseline(scheme(), sum);
  std::vector<Distance*> family;
  for (ColumnDrift& column : columns) family.push_back(&column.from_baseline);
  decide(family);
  return columns;
}

const ColumnDrift& named(const std::vector<ColumnDrift>& columns, const std::string& name) {
  return *std::ranges::find(columns, name, &ColumnDrift::name);
}

TEST(FleetDrift, FindsTheColumnThatMovedAndNoOther) {
  const auto columns = judged(sum_of(2000, 50, 106));
  ASSERT_EQ(columns.size(), 3u);
  EXPECT_EQ(named(columns, "light").from_baseline.verdict, Verdict::drifted);
  EXPECT_EQ(named(columns, "noise").from_baseline.verdict, Verdict::same);
  EXPECT_EQ(named(columns, "confidence").from_baseline.verdict, Verdict::same);
  const ColumnDrift& light = named(columns, "light");
  EXPECT_NEAR(light.judged.ks.lower, 0.236, 0.03) << "2·Φ(0.3) − 1 for a shift of 0.6 deviations";
  EXPECT_GE(light.judged.ks.upper, light.judged.ks.lower);
  EXPECT_NEAR(*light.median_before, 100, 1);
  EXPECT_NEAR(*light.median, 106, 1);
  EXPECT_LT(light.psi_p, 1e-6);
}

TEST(FleetDrift, SaysTooFewBelowFiftyABin) {
  EXPECT_EQ(named(judged(sum_of(499, 51, 140)), "light").from_baseline.verdict, Verdict::too_few);
  EXPECT_EQ(named(judged(sum_of(500, 51, 140)), "light").from_baseline.verdict, Verdict::drifted);
}

TEST(FleetDrift, CountsWhatDependentValuesAreWorth) {
  const auto window = window_of(inferences(2000, 52, 106));
  const WindowSum thinned = WindowSum::of(sent(window, {{"light", {{"n", 4000}, {"n_effective", 400}}}}));
  const auto columns = judged(thinned);
  EXPECT_EQ(named(columns, "light").judged.n, 2000u);
  EXPECT_DOUBLE_EQ(named(columns, "light").judged.n_effective, 200);
  EXPECT_EQ(named(columns, "light").from_baseline.verdict, Verdict::too_few) << "2 000 alike are 200";
  EXPECT_DOUBLE_EQ(named(columns, "noise").judged.n_effective, 2000) << "of it nothing was told";
}

TEST(FleetDrift, TakesNoWorthThatCannotBe) {
  const auto window = window_of(inferences(10, 52));
  for (const nlohmann::json& column :
       {nlohmann::json{{"n", 0}, {"n_effective", 0}}, nlohmann::json{{"n", 1}, {"n_effective", 5}},
        nlohmann::json{{"n", 1}, {"n_effective", -1}}, nlohmann::json{{"n", "1"}, {"n_effective", 1}},
        nlohmann::json(7)})
    EXPECT_TRUE(sent(window, {{"light", column}}).worth.empty()) << column;
  EXPECT_TRUE(sent(window, 7).worth.empty());
}

TEST(FleetDrift, IgnoresADifferenceWithinTheTolerance) {
  WindowSum sum = sum_of(20'000, 53, 100.3);
  const ColumnDrift column = named(judged(sum), "light");
  EXPECT_LT(column.from_baseline.d, kDriftTolerance + 0.02);
  Distance small{.d = 0.019, .p = 1e-30, .enough = true}, large{.d = 0.021, .p = 1e-30, .enough = true};
  decide({&small, &large});
  EXPECT_EQ(small.verdict, Verdict::same) << "significant, and nobody's concern";
  EXPECT_EQ(large.verdict, Verdict::drifted);
}

TEST(FleetDrift, CorrectsOverItsFamily) {
  std::vector<Distance> distances(100, Distance{.d = 0.1, .p = 0.5, .enough = true});
  distances[7].p = 0.009;
  distances[8].enough = false, distances[8].p = 1e-9;
  std::vector<Distance*> family;
  for (Distance& each : distances) family.push_back(&each);
  decide(family);
  EXPECT_EQ(distances[7].verdict, Verdict::same) << "one of a hundred is by chance";
  EXPECT_EQ(distances[8].verdict, Verdict::too_few);
  distances[7].p = 0.00001;
  decide(family);
  EXPECT_EQ(distances[7].verdict, Verdict::drifted);
}

TEST(FleetDrift, SetsADeviceBesideTheOthers) {
  const WindowSum odd = sum_of(2000, 60, 112);
  std::vector<WindowSum> others = {sum_of(2000, 61, 104), sum_of(2000, 62, 104), sum_of(2000, 63, 104)};
  WindowSum all = odd;
  for (const WindowSum& other : others) ASSERT_TRUE(all.add(other));
  const auto rest_of = [&](const WindowSum& one) {
    auto columns = against_baseline(scheme(), one);
    against_rest(one, all, columns);
    std::vector<Distance*> family;
    for (ColumnDrift& column : columns) family.push_back(&*column.from_rest);
    decide(family);
    return columns;
  };
  EXPECT_EQ(named(rest_of(odd), "light").from_rest->verdict, Verdict::drifted);
  EXPECT_NEAR(named(rest_of(odd), "light").from_rest->d, 0.31, 0.03) << "2·Φ(0.4) − 1";
  EXPECT_EQ(named(rest_of(odd), "noise").from_rest->verdict, Verdict::same);
  auto alone = against_baseline(scheme(), odd);
  against_rest(odd, odd, alone);
  EXPECT_FALSE(named(alone, "light").from_rest) << "there are no others";
}

TEST(FleetDrift, TellsAnotherMixOfClasses) {
  const auto same = class_drift(scheme(), sum_of(2000, 54));
  EXPECT_EQ(same->verdict, Verdict::same);
  EXPECT_NEAR(same->moved, 0, 1e-9) << "one in five, as in the baseline";
  auto records = inferences(2000, 54);
  for (std::size_t i = 0; i < records.size(); i += 3) records[i].class_index = 1;
  const auto moved = class_drift(scheme(), WindowSum::of(sent(window_of(records))));
  EXPECT_EQ(moved->verdict, Verdict::drifted);
  EXPECT_NEAR(moved->moved, 4.0 / 15, 0.01);
  EXPECT_EQ(class_drift(scheme(), sum_of(10, 54))->verdict, Verdict::too_few);
  EXPECT_FALSE(class_drift(scheme(), sum_of(0, 54)));
}

TEST(WindowSum, FitsOnlyTheShapeThatItsSchemeGives) {
  const monitor::Window good = window_of(inferences(10, 1));
  EXPECT_TRUE(fits(scheme(), good));
  monitor::Window bad = good;
  bad.scheme = 7;
  EXPECT_FALSE(fits(scheme(), bad));
  bad = good;
  bad.all.features.pop_back();
  EXPECT_FALSE(fits(scheme(), bad));
  bad = good;
  bad.all.features[0].reference = 7;
  EXPECT_FALSE(fits(scheme(), bad));
  bad = good;
  bad.all.confidence.reset();
  EXPECT_FALSE(fits(scheme(), bad));
  bad = good;
  bad.classes.resize(1);
  EXPECT_FALSE(fits(scheme(), bad));
}

}  // namespace
}  // namespace drover::server
