#include "drift/two_sample/ks.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>
#include <limits>

#include "drift/random.h"
#include "drift/two_sample/kolmogorov.h"
#include "drift/two_sample/lattice.h"

namespace drover::drift {
namespace {

Sample sample(std::vector<double> values) { return *Sample::make(std::move(values)); }

/// count values, the i-th f(i) from i = 0.
template <typename F>
Sample series(int count, F f) {
  std::vector<double> values;
  for (int i = 0; i < count; ++i) values.push_back(f(i));
  return sample(std::move(values));
}

struct Known {
  const char* what;
  Sample a, b;
  double d, exact, asymptotic;
};

/// Of scipy 1.10.1.
TEST(Ks, ReferenceValues) {
  const Known rows[] = {
      {"disjoint", series(10, [](int i) { return i + 1; }), series(10, [](int i) { return i + 11; }), 1,
       1.0825088224469026e-05, 0},
      {"disjoint of unequal size", series(5, [](int i) { return i; }), series(7, [](int i) { return i + 5; }),
       1, 0.0025252525252525255, 0},
      {"four and three", sample({1, 1.01, 3, 4}), sample({1.01, .5, .25}), 2.0 / 3, .4, 2.0 / 9},
      {"ties", sample({1, 1, 1, 1}), sample({1, 1, 2, 2}), .5, .7714285714285716, .5},
      {"many", series(1000, [](int i) { return i / 1000.0; }),
       series(1500, [](int i) { return std::pow(i / 1500.0, 1.05); }), .018333333333333333, .9862290336060318,
       .9855574054164598},
  };
  for (const Known& row : rows) {
    const EcdfDistance distance = ecdf_distance(row.a, row.b);
    const auto exact = ks_test(distance, Alternative::two_sided, KsMethod::exact);
    const auto asymptotic = ks_test(distance, Alternative::two_sided, KsMethod::asymptotic);
    ASSERT_TRUE(exact && asymptotic) << row.what;
    EXPECT_NEAR(exact->d, row.d, 1e-15) << row.what;
    EXPECT_NEAR(exact->p, row.exact, row.exact * 1e-12) << row.what;
    EXPECT_NEAR(asymptotic->p, row.asymptotic, 1e-12) << row.what;
  }
}

TEST(Ks, AutomaticIsExactToTenThousand) {
  const auto method = [](std::uint64_t n) {
    return ks_test({.n = n, .m = 100, .above = n, .below = 0})->method;
  };
  EXPECT_EQ(method(10'000), KsMethod::exact);
  EXPECT_EQ(method(10'001), KsMethod::asymptotic);
  EXPECT_EQ(ks_test({.n = 10'000'000, .m = 10'000'000, .above = 50'000'000'000, .below = 0},
                    Alternative::two_sided, KsMethod::exact)
                .error()
                .code,
            Code::invalid_argument);
}

TEST(Ks, SidesAreTheLawsSides) {
  const EcdfDistance distance = ecdf_distance(sample({1, 2, 3}), sample({2, 3, 4}));
  EXPECT_NEAR(ks_test(distance, Alternative::greater)->d, 1.0 / 3, 1e-15);  // F above: a is the smaller
  EXPECT_EQ(ks_test(distance, Alternative::less)->d, 0);
  EXPECT_EQ(ks_test(distance, Alternative::less)->p, 1);
}

TEST(Sample, RefusesOrDropsNanAndKeepsInfinities) {
  const double nan = std::numeric_limits<double>::quiet_NaN(), inf = std::numeric_limits<double>::infinity();
  EXPECT_EQ(Sample::make({1, nan}).error().text(), "value 2 is NaN; drop it, or find out why it is there");
  EXPECT_EQ(Sample::make({}).error().text(), "an empty sample");
  EXPECT_EQ(Sample::make({nan}, NanRule::drop).error().text(), "an empty sample");
  const auto dropped = Sample::make({inf, nan, -inf, 0, -nan, -1}, NanRule::drop);
  ASSERT_TRUE(dropped);
  EXPECT_EQ(dropped->dropped(), 2u);
  EXPECT_EQ(std::vector<double>(dropped->sorted().begin(), dropped->sorted().end()),
            (std::vector<double>{-inf, -1, 0, inf}));
  EXPECT_EQ(moments(*dropped).n, 2u);
}

/// Durbin's matrix and Miller's sum are exact where both are taken as such; Pelz and Good come near.
TEST(Kolmogorov, MethodsMeet) {
  for (const std::uint64_t n : {10u, 60u, 140u})
    EXPECT_NEAR(1 - durbin_cdf(n, 0.52), 2 * smirnov_sf(n, 0.52), 1e-13) << n;
  EXPECT_NEAR(durbin_cdf(20'000, 0.004), pelz_good_cdf(20'000, 0.004), 1e-9);
  EXPECT_NEAR(2 * smirnov_sf(200'000, 0.004) / (2 * smirnov_sf(200'001, 0.004)), 1, 1e-4);
  EXPECT_NEAR(kolmogorov_sf(5'000'000, 0.0005), 2 * std::exp(-2 * 5e6 * 0.0005 * 0.0005), 0.002);
}

/// Values of the exact distribution that have closed forms: n = 1 and n = 2.
TEST(Kolmogorov, SmallSamplesHaveClosedForms) {
  for (const double d : {0.55, 0.7, 0.9}) {
    EXPECT_NEAR(kolmogorov_sf(1, d), 2 * (1 - d), 1e-15);
    EXPECT_NEAR(kolmogorov_sf(2, d), 2 * (1 - d) * (1 - d), 1e-15);
  }
  EXPECT_NEAR(kolmogorov_sf(2, 0.4), 1 - 2 * (0.8 - 0.5) * (0.8 - 0.5), 1e-15);
}

/// The share of all orders, each counted, whose D is at least as large.
double counted(std::uint32_t n, std::uint32_t m, std::uint64_t k, bool one_sided) {
  int orders = 0, outside = 0;
  for (std::uint32_t order = 0; order < 1u << (n + m); ++order) {
    if (static_cast<std::uint32_t>(__builtin_popcount(order)) != n) continue;
    std::int64_t at = 0, most = 0;
    for (std::uint32_t i = 0; i < n + m; ++i) {
      at += (order >> i & 1) != 0 ? std::int64_t{m} : -std::int64_t{n};
      most = std::max(most, one_sided ? at : std::abs(at));
    }
    ++orders;
    outside += most >= static_cast<std::int64_t>(k);
  }
  return static_cast<double>(outside) / orders;
}

TEST(Lattice, AgreesWithCountingEveryOrder) {
  for (std::uint32_t n = 1; n <= 6; ++n)
    for (std::uint32_t m = 1; m <= 6; ++m)
      for (std::uint64_t k = 0; k <= n * m; ++k)
        for (const bool one_sided : {false, true})
          EXPECT_NEAR(paths_outside(n, m, k, one_sided), counted(n, m, k, one_sided), 1e-14)
              << n << " " << m << " " << k << " " << one_sided;
}

RC_GTEST_PROP(KsProperty, PFallsAsDGrows, ()) {
  const auto n = *rc::gen::inRange<std::uint64_t>(1, 300), m = *rc::gen::inRange<std::uint64_t>(1, 300);
  const auto k = *rc::gen::inRange<std::uint64_t>(0, n * m);
  const EcdfDistance less{n, m, k, 0}, more{n, m, k + 1, 0};
  for (const KsMethod method : {KsMethod::exact, KsMethod::asymptotic})
    for (const Alternative side : {Alternative::two_sided, Alternative::greater}) {
      const double p = ks_test(less, side, method)->p, q = ks_test(more, side, method)->p;
      RC_ASSERT(p >= q * (1 - 1e-9) && p <= 1 && q >= 0);
    }
}

/// A null simulation: unchanged samples are rejected at α in about α of the pairs, and shifted ones mostly.
TEST(Ks, KeepsItsLevelAndSeesAShift) {
  SplitMix random(7);
  const int pairs = 2000;
  int rejected = 0, found = 0;
  for (int i = 0; i < pairs; ++i) {
    const Sample a = series(60, [&](int) { return random.uniform(); });
    const Sample b = series(45, [&](int) { return random.uniform(); });
    const Sample shifted = series(45, [&](int) { return random.uniform() + 0.4; });
    rejected += ks_test(ecdf_distance(a, b))->p <= 0.05;
    found += ks_test(ecdf_distance(a, shifted))->p <= 0.05;
  }
  EXPECT_NEAR(rejected / static_cast<double>(pairs), 0.045, 0.015);  // 3 standard errors; D is discrete
  EXPECT_GT(found, pairs * 9 / 10);
}

/// Large samples are walked in parts, by as many threads as there are cores.
TEST(Ks, TheDistanceByPartsIsThatOfOneWalk) {
  SplitMix random(11);
  const auto compare = [](const Sample& a, const Sample& b) {
    const EcdfDistance parts = ecdf_distance(a, b), whole = rank_sums(a, b).ecdf;
    EXPECT_EQ(parts.above, whole.above);
    EXPECT_EQ(parts.below, whole.below);
  };
  const Sample a = series(700'000, [&](int) { return random.uniform(); });
  compare(a, series(500'000, [&](int) { return random.uniform() * 1.01; }));
  compare(a, series(9, [&](int) { return random.uniform(); }));
  compare(series(600'000, [&](int) { return std::floor(5 * random.uniform()); }),
          series(600'000, [&](int) { return std::floor(4 * random.uniform()); }));
}

}  // namespace
}  // namespace drover::drift
