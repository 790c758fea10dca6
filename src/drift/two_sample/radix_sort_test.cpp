#include "drift/two_sample/radix_sort.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include "drift/random.h"

namespace drover::drift {
namespace {

/// Every bit pattern may come, but for NaN.
template <typename Number, typename Bits>
std::vector<Number> any_numbers(std::size_t count, std::uint64_t seed) {
  SplitMix random(seed);
  std::vector<Number> values;
  while (values.size() < count) {
    const auto value = std::bit_cast<Number>(static_cast<Bits>(random.next()));
    if (!std::isnan(value)) values.push_back(value);
  }
  return values;
}

template <typename Number>
void expect_sorted_as_std(std::vector<Number> values) {
  std::vector<Number> expected = values;
  std::ranges::sort(expected);
  radix_sort(values);
  EXPECT_TRUE(values == expected);
}

TEST(RadixSort, OrdersAnyNumbersShortAndLong) {
  for (const std::size_t count : {0u, 1u, 2u, 255u, 256u, 16'383u, 16'384u, 100'000u}) {
    expect_sorted_as_std(any_numbers<double, std::uint64_t>(count, count));
    expect_sorted_as_std(any_numbers<float, std::uint32_t>(count, count));
  }
}

TEST(RadixSort, OrdersWithSeveralThreads) {
  expect_sorted_as_std(any_numbers<float, std::uint32_t>(std::size_t{1} << 20, 3));
}

TEST(RadixSort, OrdersWhatDiffersInTheLastBitsOnly) {
  SplitMix random(9);
  std::vector<double> values;
  for (int i = 0; i < 20'000; ++i)
    values.push_back(std::bit_cast<double>(0x3FF0'0000'0000'0000 + random.next() % 999));
  for (int i = 0; i < 20'000; ++i) values.push_back(-1 - static_cast<double>(random.next() % 5) * 0x1p-40);
  expect_sorted_as_std(std::move(values));
}

TEST(RadixSort, OrdersWhatCrowdsInOneBucket) {
  SplitMix random(5);
  for (const double width : {1e-300, 1e-9, 1.0}) {
    std::vector<double> values;
    for (int i = 0; i < 200'000; ++i) values.push_back(3 + width * random.uniform());
    for (int i = 0; i < 2'000; ++i) values.push_back((random.uniform() - 0.5) * 1e300);
    expect_sorted_as_std(std::move(values));
  }
}

TEST(RadixSort, PutsNaNBeyondTheInfinityOfItsSign) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  const double nan = std::numeric_limits<double>::quiet_NaN();
  for (const std::size_t count : {5u, 5'000u, 50'000u}) {
    std::vector<double> values;
    for (std::size_t i = 0; i < count; i += 5)
      values.insert(values.end(), {nan, kInfinity, static_cast<double>(i), -kInfinity, -nan});
    radix_sort(values);
    const std::size_t each = count / 5;
    EXPECT_TRUE(std::isnan(values.front()) && std::isnan(values[each - 1]));
    EXPECT_EQ(values[each], -kInfinity);
    EXPECT_EQ(values[2 * each], 0);
    EXPECT_EQ(values[4 * each - 1], kInfinity);
    EXPECT_TRUE(std::isnan(values[4 * each]) && std::isnan(values.back()));
  }
}

TEST(RadixSort, PutsZerosAndInfinitiesWhereTheyBelong) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  for (const std::size_t count : {6u, 6000u, 60'000u}) {
    std::vector<double> values;
    for (std::size_t i = 0; i < count; i += 6)
      values.insert(values.end(), {kInfinity, 0.0, -0.0, -kInfinity, 5e-324, -5e-324});
    radix_sort(values);
    const std::size_t each = count / 6;
    EXPECT_EQ(values.front(), -kInfinity);
    EXPECT_EQ(values[each], -5e-324);
    EXPECT_TRUE(std::signbit(values[2 * each]));
    EXPECT_FALSE(std::signbit(values[3 * each]));
    EXPECT_EQ(values.back(), kInfinity);
  }
}

RC_GTEST_PROP(RadixSortProperty, IsStdSort, (std::vector<float> values)) {
  std::erase_if(values, [](float x) { return std::isnan(x); });
  std::vector<float> expected = values;
  std::ranges::sort(expected);
  radix_sort(values);
  RC_ASSERT(values == expected);
}

}  // namespace
}  // namespace drover::drift
