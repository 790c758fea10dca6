#include "drift/state/kll.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <limits>

#include "drift/simulation.h"

namespace drover::drift {
namespace {

/// The numbers 0 … count−1 in random order: a value's rank is (value + 1)/count.
std::vector<float> shuffled(std::size_t count, std::uint64_t seed) {
  std::vector<float> values(count);
  for (std::size_t i = 0; i < count; ++i) values[i] = static_cast<float>(i);
  SplitMix random(seed);
  for (std::size_t i = count; i > 1; --i) std::swap(values[i - 1], values[random.next() % i]);
  return values;
}

Kll sketch_of(std::span<const float> values, std::uint64_t seed) {
  Kll sketch(seed);
  for (const float value : values) sketch.add(value);
  return sketch;
}

constexpr std::size_t kSketches = 300;

/// How many of 300 sketches, each alone or merged from four, err by more than is stated: at each of three
/// places, and at the worst place of all.
struct Beyond {
  std::array<std::size_t, 3> at_place{};
  std::size_t anywhere = 0;
};

double worst_error(const Kll& sketch) {
  Kll::Items room;
  double below = 0, worst = 0;
  for (const auto& item : sketch.sorted(room)) {
    worst = std::max(worst, std::abs(below - double{item.value}));
    below += static_cast<double>(item.weight);
    worst = std::max(worst, std::abs(below - double{item.value} - 1));
  }
  return worst / static_cast<double>(sketch.count());
}

Beyond measure(std::size_t count, bool merged) {
  Beyond beyond;
  for (std::uint64_t seed = 0; seed < kSketches; ++seed) {
    const auto values = shuffled(count, seed);
    Kll sketch(seed);
    if (!merged) sketch = sketch_of(values, seed);
    for (std::size_t part = 0; merged && part < 4; ++part)
      EXPECT_TRUE(sketch.merge(
          sketch_of(std::span(values).subspan(part * count / 4, count / 4), 1000 * (part + 1) + seed)));
    for (std::size_t place = 0; place < 3; ++place) {
      const std::size_t rank = count * (place + 1) / 4;
      const double share = static_cast<double>(rank) / static_cast<double>(count);
      beyond.at_place[place] += std::abs(sketch.rank(static_cast<float>(rank) - 1) - share) > Kll::kRankError;
    }
    beyond.anywhere += worst_error(sketch) > Kll::kRankErrorEverywhere;
  }
  return beyond;
}

TEST(Kll, KeepsItsRankErrorsAloneAndMerged) {
  // With 99 % confidence: 3 ± 1.7 of 300 beyond at most; more than 10 has a probability below .0003.
  for (const bool merged : {false, true}) {
    const Beyond beyond = measure(12000, merged);
    for (const std::size_t count : beyond.at_place) EXPECT_LE(count, 10u) << merged;
    EXPECT_LE(beyond.anywhere, 10u) << merged;
  }
  EXPECT_GT(worst_error(sketch_of(shuffled(12000, 1), 1)), 0.002) << "a sketch without error keeps too much";
}

RC_GTEST_PROP(Kll, IsExactWhileItKeepsEverything, (std::uint64_t seed)) {
  const auto values = *rc::gen::container<std::vector<float>>(150, rc::gen::arbitrary<float>());
  const Kll sketch = sketch_of(values, seed);
  const float x = values[seed % values.size()];
  const auto below = std::ranges::count_if(values, [x](float v) { return v <= x; });
  RC_ASSERT(sketch.rank(x) == static_cast<double>(below) / 150);
  RC_ASSERT(sketch.rank_error(true) == 0);
  RC_ASSERT(sketch.retained() == 150u);
}

RC_GTEST_PROP(Kll, StandsForExactlyWhatItSawAndStaysBounded, (std::uint64_t seed)) {
  SplitMix random(seed);
  Kll sketch(seed);
  std::uint64_t count = 0;
  for (int part = 0; part < 20; ++part) {
    Kll other(random.next());
    const auto size = static_cast<std::size_t>(random.next() % 2000);
    for (std::size_t i = 0; i < size; ++i)
      (part % 2 == 0 ? sketch : other).add(static_cast<float>(random.uniform()));
    if (part % 2 == 1) RC_ASSERT(sketch.merge(other).has_value());
    count += size;
  }
  RC_ASSERT(sketch.count() == count);
  RC_ASSERT(sketch.rank(std::numeric_limits<float>::infinity()) == (count > 0 ? 1.0 : 0.0));
  const Bytes bytes = sketch.to_bytes();
  RC_ASSERT(bytes.size() <= Kll::kBytesMax);
  RC_ASSERT(Kll::from_bytes(bytes).value() == sketch);  // the weights are checked there
}

TEST(Kll, GoesOnFromItsBytesWithTheSameBitsAndMergesWithItself) {
  const auto values = shuffled(30000, 3);
  Kll first = sketch_of(std::span(values).first(10000), 5);
  Kll second = Kll::from_bytes(first.to_bytes()).value();
  for (const float value : std::span(values).subspan(10000)) first.add(value), second.add(value);
  EXPECT_EQ(first, second);
  EXPECT_NEAR(first.quantile(0.5), 15000, 30000 * Kll::kRankErrorEverywhere);
  ASSERT_TRUE(first.merge(first));
  EXPECT_EQ(first.count(), 60000u);
}

TEST(Kll, CountsNanAsInfinityAndHasNoQuantileOfNothing) {
  Kll sketch(1);
  EXPECT_TRUE(std::isnan(sketch.quantile(0.5)));
  EXPECT_EQ(sketch.rank(0), 0);
  sketch.add(std::nanf(""));
  EXPECT_EQ(sketch.quantile(0.5), std::numeric_limits<float>::infinity());
}

TEST(Kll, RefusesBytesThatDoNotAddUp) {
  const Bytes good = sketch_of(shuffled(5000, 1), 1).to_bytes();
  struct Damage {
    std::size_t at;
    std::uint8_t value;
  };
  for (const Damage& damage :
       std::vector<Damage>{{8, 0x7f}, {24, 0}, {24, 200}, {25, 0xff}, {good.size() - 1, 0xff}}) {
    Bytes bad = good;
    bad[damage.at] = damage.value;
    EXPECT_FALSE(Kll::from_bytes(bad)) << damage.at;
  }
  EXPECT_FALSE(Kll::from_bytes(ByteView(good).first(good.size() - 1)));
  EXPECT_EQ(Kll::from_bytes(Bytes(Kll::kBytesMax + 1)).error().code, Code::too_large);
}

TEST(SketchKs, KeepsItsLevelWhereTheUncorrectedTestWouldNot) {
  // Two sketches of 30 000 equally distributed values, 100 times, α = .05.
  int corrected = 0, naive = 0;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    const Kll a = sketch_of(shuffled(30000, 2 * seed), 10 * seed + 1);
    const Kll b = sketch_of(shuffled(30000, 2 * seed + 1), 10 * seed + 2);
    const SketchKs test = sketch_ks(a, b, 0.05).value();
    corrected += test.reject();
    naive += test.distance > test.threshold - a.rank_error(true) - b.rank_error(true);
  }
  EXPECT_LE(corrected, 2);
  EXPECT_GT(naive, 15) << "without the sketches' errors the test is of no use";
}

TEST(SketchKs, SeesAShift) {
  simulation::Normal normal(1);
  Kll a(1), b(2);
  for (int i = 0; i < 20000; ++i)
    a.add(static_cast<float>(normal.next())), b.add(static_cast<float>(normal.next() + 0.2));
  EXPECT_TRUE(sketch_ks(a, b, 0.01).value().reject());
  EXPECT_FALSE(sketch_ks(a, Kll(1), 0.01));
  EXPECT_FALSE(sketch_ks(a, b, 0));
}

}  // namespace
}  // namespace drover::drift
