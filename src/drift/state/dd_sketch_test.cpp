#include "drift/state/dd_sketch.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "drift/simulation.h"

namespace drover::drift {
namespace {

/// Values spread over twelve octaves.
std::vector<double> spread(std::size_t count, std::uint64_t seed) {
  SplitMix random(seed);
  std::vector<double> values(count);
  for (double& value : values) value = std::exp2(12 * random.uniform()) * 1e-3;
  return values;
}

DdSketch sketch_of(const std::vector<double>& values) {
  DdSketch sketch;
  for (const double value : values) sketch.add(value);
  return sketch;
}

RC_GTEST_PROP(DdSketch, IsWithinOnePercentAlways, (std::uint64_t seed)) {
  SplitMix random(seed);
  auto values = spread(1 + random.next() % 3000, seed);
  const DdSketch sketch = sketch_of(values);
  std::ranges::sort(values);
  for (const double q : {0.0, 0.01, 0.5, 0.95, 0.99, 1.0, random.uniform()}) {
    const double rank = std::max(1.0, std::ceil(q * static_cast<double>(values.size())));
    const double exact = values[static_cast<std::size_t>(rank) - 1];
    RC_ASSERT(std::abs(sketch.quantile(q) - exact) <= DdSketch::kRelativeError * exact * (1 + 1e-9));
  }
}

TEST(DdSketch, PutsNoTwoValuesFurtherApartThanItsErrorIntoABucket) {
  // Every bucket from 2^-1022 to 2^1024, at its borders.
  for (std::int32_t b = -35700; b < 35800; b += 7) {
    const double middle = DdSketch::value_of(b);
    if (!std::isfinite(middle)) continue;
    for (const double x : {middle * (1 - 0.0099), middle, middle * (1 + 0.0098)}) {
      const double told = DdSketch::value_of(DdSketch::bucket_of(x));
      ASSERT_LE(std::abs(told - x), 0.01 * x * (1 + 1e-9)) << b;
    }
  }
}

RC_GTEST_PROP(DdSketch, MergesToTheSameInAnyOrderEvenWhereItCollapses, (std::uint64_t seed)) {
  SplitMix random(seed);
  std::vector<double> values;
  for (int i = 0; i < 400; ++i) values.push_back(std::exp2(60 * random.uniform() - 30));
  values.insert(values.end(), {0.0, -1.0, NAN, std::numeric_limits<double>::infinity()});
  const DdSketch whole = sketch_of(values);
  std::array<DdSketch, 5> parts;
  for (const double value : values) parts[random.next() % 5].add(value);
  DdSketch forward, backward;
  for (std::size_t i = 0; i < 5; ++i) {
    RC_ASSERT(forward.merge(parts[i]).has_value());
    RC_ASSERT(backward.merge(parts[4 - i]).has_value());
  }
  RC_ASSERT(forward == whole);
  RC_ASSERT(backward == whole);
  RC_ASSERT(DdSketch::from_bytes(whole.to_bytes()).value() == whole);
  RC_ASSERT(whole.collapsed() > 0u);
  RC_ASSERT(whole.count() == 403u);
}

TEST(DdSketch, CountsWhatHasNoLogarithm) {
  DdSketch sketch;
  EXPECT_TRUE(std::isnan(sketch.quantile(0.5)));
  for (const double value : {0.0, -3.0, std::numeric_limits<double>::denorm_min()}) sketch.add(value);
  EXPECT_EQ(sketch.quantile(1), 0);
  sketch.add(std::numeric_limits<double>::infinity());
  sketch.add(NAN);
  EXPECT_EQ(sketch.count(), 4u);
  EXPECT_EQ(sketch.nan(), 1u);
  EXPECT_EQ(sketch.quantile(1), std::numeric_limits<double>::infinity());
  EXPECT_EQ(sketch.quantile(0.75), 0);
  for (const double value : {std::numeric_limits<double>::min(), std::numeric_limits<double>::max()})
    sketch.add(value);
  EXPECT_EQ(DdSketch::from_bytes(sketch.to_bytes()).value(), sketch);
}

TEST(DdSketch, RefusesBytesThatDoNotAddUp) {
  const Bytes good = sketch_of({1, 2, 3}).to_bytes();
  ASSERT_EQ(good.size(), 4u + 4 + 24 + 4 + 2 + 30);
  struct Damage {
    std::size_t at;
    std::uint8_t value;
  };
  for (const Damage& damage : std::vector<Damage>{{35, 0x7f},     // a highest bucket beyond all
                                                  {36, 4},        // more buckets than there are
                                                  {38, 1},        // the highest is not the first
                                                  {48, 0},        // not descending
                                                  {47, 0xff},     // too many values
                                                  {15, 0xff}}) {  // too many zeros
    Bytes bad = good;
    bad[damage.at] = damage.value;
    EXPECT_EQ(DdSketch::from_bytes(bad).error().code, Code::bad_state) << damage.at;
  }
  EXPECT_EQ(DdSketch::from_bytes(Bytes(DdSketch::kBytesMax + 1)).error().code, Code::too_large);
}

TEST(DdSketch, RefusesToExceedItsLimit) {
  DdSketch sketch = sketch_of({1, 2});
  Status merged;
  for (int doubling = 0; doubling < 60 && merged; ++doubling) merged = sketch.merge(sketch);
  EXPECT_EQ(merged.error().code, Code::too_many);
  EXPECT_EQ(sketch.count(), DdSketch::kTotalMax);
}

}  // namespace
}  // namespace drover::drift
