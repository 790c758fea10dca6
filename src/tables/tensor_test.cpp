#include "tables/tensor.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace drover::tables {
namespace {

TEST(Tensor, EveryHalfComesBackThroughFloat) {
  for (std::uint32_t half = 0; half < 0x10000U; ++half) {
    const auto bits = static_cast<std::uint16_t>(half);
    const float value = float_from_half(bits);
    if (std::isnan(value)) {
      EXPECT_TRUE(std::isnan(float_from_half(half_from_float(value))));
    } else {
      EXPECT_EQ(half_from_float(value), bits);
    }
  }
}

TEST(Tensor, HalvesRoundToNearestEven) {
  EXPECT_EQ(half_from_float(1.0F), 0x3c00);
  EXPECT_EQ(half_from_float(1.0F + 0x1p-11F), 0x3c00);      // a tie goes to the even one
  EXPECT_EQ(half_from_float(1.0F + 3 * 0x1p-11F), 0x3c02);  // and here upwards
  EXPECT_EQ(half_from_float(65504.0F), 0x7bff);             // the largest
  EXPECT_EQ(half_from_float(65520.0F), 0x7c00);             // rounds to infinity
  EXPECT_EQ(half_from_float(0x1p-24F), 0x0001);
  EXPECT_EQ(half_from_float(0x1p-26F), 0x0000);
}

TEST(Tensor, IntegersRoundAndSaturate) {
  Tensor tensor = *make_tensor(DType::int8, {4});
  const double given[] = {127.6, -1000, 2.5, std::nan("")};
  const double stored[] = {127, -128, 3, 0};
  for (std::size_t i = 0; i < 4; ++i) {
    tensor.set(i, given[i]);
    EXPECT_EQ(tensor.at(i), stored[i]) << given[i];
  }
  Tensor wide = *make_tensor(DType::int64, {1});
  wide.set(0, 1e30);
  EXPECT_EQ(convert(wide, DType::int32).at(0), std::numeric_limits<std::int32_t>::max());
}

TEST(Tensor, EveryTypeKeepsSmallValues) {
  for (const char* type : {"float16", "float32", "float64", "int8", "uint8", "int16", "int32", "int64"}) {
    Tensor tensor = *make_tensor(*dtype_named(type), {2, 3});
    for (std::size_t i = 0; i < 6; ++i) tensor.set(i, static_cast<double>(i));
    for (std::size_t i = 0; i < 6; ++i) EXPECT_EQ(tensor.at(i), static_cast<double>(i)) << type;
    EXPECT_EQ(tensor.sample(1).shape, (std::vector<std::int64_t>{1, 3}));
    EXPECT_EQ(tensor.sample(1).at(0), 3) << type;
  }
  EXPECT_FALSE(dtype_named("complex64").has_value());
}

TEST(Tensor, AHostileShapeIsRefused) {
  EXPECT_EQ(make_tensor(DType::float32, {1LL << 40, 1LL << 40}).error().code, Code::too_large);
  EXPECT_EQ(make_tensor(DType::float32, {-1}).error().code, Code::invalid_argument);
  EXPECT_EQ(make_tensor(DType::uint8, {11}, 10).error().code, Code::too_large);
  EXPECT_EQ(make_tensor(DType::uint8, {0, 1LL << 62})->count(), 0U);
}

}  // namespace
}  // namespace drover::tables
