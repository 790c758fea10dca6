#include "drift/fleet/e_bh.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "drift/simulation.h"

namespace drover::drift {
namespace {

struct Row {
  std::vector<double> e_values;
  std::vector<std::size_t> rejected;
};

TEST(EBh, RejectsTheLargestSetThatReachesItsThreshold) {
  // α = .1, F = 4: thresholds 40, 20, 13.3, 10.
  for (const Row& row : {Row{{50, 1, 1, 1}, {0}}, Row{{1, 39, 1, 1}, {}}, Row{{1, 21, 1, 20}, {1, 3}},
                         Row{{11, 10, 12, 10}, {2, 0, 1, 3}},  // four together, though none alone
                         Row{{11, 9.99, 12, 10}, {}}, Row{{40, 15, 13, 0}, {0}}}) {
    const EbhResult result = e_bh(row.e_values, 0.1).value();
    EXPECT_EQ(result.rejected, row.rejected);
    EXPECT_EQ(result.threshold, 40 / std::max<double>(1, static_cast<double>(row.rejected.size())));
  }
  EXPECT_TRUE(e_bh({}, 0.1).value().rejected.empty());
}

TEST(EBh, RefusesWhatIsNoEValue) {
  for (const double bad : {-1.0, std::nan("")})
    EXPECT_NE(e_bh(std::vector<double>{1, bad}, 0.1).error().message.find("e-value 1"), std::string::npos);
  EXPECT_FALSE(e_bh(std::vector<double>{1}, 0));
  EXPECT_FALSE(e_bh(std::vector<double>{INFINITY}, 1.5));
}

/// One of 20 features' likelihood ratio of N(δ, 1) against N(0, 1) after a sum of n normal values.
double evidence(double sum, double n) {
  constexpr double kDelta = 0.8;
  return std::exp(kDelta * sum - n * kDelta * kDelta / 2);
}

TEST(EBh, KeepsTheShareOfFalseOnesUnderAnyDependence) {
  // 20 features, 5 changed. The 15 others: independent, all the same, or half against half. α = .3 allows
  // .3·15/20 = .225; the mean over 4 000 runs has a deviation below .006.
  for (const char* kind : {"independent", "the same", "opposite"}) {
    double false_share = 0;
    int found = 0;
    constexpr int kRuns = 4000;
    simulation::Normal normal(7);
    for (int run = 0; run < kRuns; ++run) {
      const double common = normal.next() * 2;
      std::vector<double> e_values;
      for (int feature = 0; feature < 20; ++feature) {
        const double own = normal.next() * 2;
        const double null = kind[0] == 'i' ? own : kind[0] == 't' || feature % 2 == 0 ? common : -common;
        e_values.push_back(evidence(feature < 5 ? own + 4 * 0.9 : null, 4));
      }
      const auto rejected = e_bh(e_values, 0.3).value().rejected;
      const auto wrong = std::ranges::count_if(rejected, [](std::size_t i) { return i >= 5; });
      found += static_cast<int>(rejected.size()) - static_cast<int>(wrong);
      if (!rejected.empty()) false_share += static_cast<double>(wrong) / static_cast<double>(rejected.size());
    }
    EXPECT_LE(false_share / kRuns, 0.225 + 0.02) << kind;
    EXPECT_GT(found, kRuns / 50) << kind << ": a procedure that finds nothing keeps every level";
  }
}

}  // namespace
}  // namespace drover::drift
