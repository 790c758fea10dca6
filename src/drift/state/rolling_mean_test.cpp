#include "drift/state/rolling_mean.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>
#include <vector>

#include "drift/random.h"

namespace drover::drift {
namespace {

/// The mean of the last 100 as whole numbers of 2^-53, summed anew in 128 bits.
double anew(const std::vector<float>& values) {
  const std::size_t from = values.size() > 100 ? values.size() - 100 : 0;
  __extension__ __int128 sum = 0;
  for (std::size_t i = from; i < values.size(); ++i)
    sum += static_cast<std::int64_t>(std::ldexp(double{values[i]}, 53));
  return static_cast<double>(sum) / static_cast<double>(values.size() - from) * 0x1p-53;
}

TEST(RollingMean, IsThatOfTheLastHundredToTheBitHoweverManyCameBefore) {
  // Sums in floating point would drift on such values: large ones leave, tiny ones stay.
  SplitMix random(1);
  RollingMean rolling;
  std::vector<float> last;
  for (int i = 0; i < 2'000'000; ++i) {
    const float value =
        std::ldexp(static_cast<float>(random.next() % (1 << 24)), -24 - static_cast<int>(random.next() % 30));
    rolling.add(value);
    if (i >= 2'000'000 - 100) last.push_back(value);
  }
  EXPECT_EQ(rolling.mean().value(), anew(last));
}

RC_GTEST_PROP(RollingMean, EqualsItsValuesSummedAnew, (std::uint64_t seed)) {
  SplitMix random(seed);
  RollingMean rolling;
  std::vector<float> values;
  for (std::uint64_t i = random.next() % 350; i > 0; --i) {
    values.push_back(static_cast<float>(random.next() % (1 << 24)) * 0x1p-24F);
    RC_ASSERT(rolling.add(values.back()));
    RC_ASSERT(rolling.mean().value() == anew(values));
  }
  RC_ASSERT(RollingMean::from_bytes(rolling.to_bytes()).value() == rolling);
}

TEST(RollingMean, LeavesOutWhatIsNoConfidence) {
  RollingMean rolling;
  EXPECT_EQ(rolling.mean(), std::nullopt);
  for (const float bad : {-0.001F, 1.001F, NAN, INFINITY}) EXPECT_FALSE(rolling.add(bad));
  EXPECT_EQ(rolling.count(), 0u);
  EXPECT_TRUE(rolling.add(1) && rolling.add(0));
  EXPECT_EQ(rolling.mean(), 0.5);
}

TEST(RollingMean, RefusesBytesThatDoNotAddUp) {
  RollingMean rolling;
  rolling.add(0.5);
  Bytes good = rolling.to_bytes();
  Bytes many = good, large = good;
  many[8] = 101;
  large[15] = 0x7f;
  for (const Bytes& bad : {many, large, Bytes(good.begin(), good.end() - 1)})
    EXPECT_EQ(RollingMean::from_bytes(bad).error().code, Code::bad_state);
}

}  // namespace
}  // namespace drover::drift
