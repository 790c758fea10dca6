#include "runtime/preprocess.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bundle/manifest.h"

namespace drover::runtime {
namespace {

using bundle::Channels;
using bundle::Preprocess;
using bundle::Resize;
using tables::DType;
using tables::Tensor;
using testing::ElementsAre;
using testing::FloatEq;
using testing::Pointwise;

Tensor image(std::vector<std::int64_t> shape, Bytes pixels) {
  return {DType::uint8, std::move(shape), std::move(pixels)};
}

std::vector<float> values(const Result<Tensor>& result) {
  if (!result) throw std::runtime_error(result.error().text());
  std::vector<float> list;
  for (std::size_t i = 0; i < result->count(); ++i) list.push_back(static_cast<float>(result->at(i)));
  return list;
}

TEST(Preprocess, SameSizeOnlyScales) {
  const Preprocess how{
      .width = 2, .height = 1, .channels = Channels::grey, .offset = {128}, .scale = {1.0 / 64}};
  EXPECT_THAT(values(preprocess(image({1, 2}, {0, 192}), how)), ElementsAre(-2, 1));
}

TEST(Preprocess, BilinearAlignsTheCentresOfPixels) {
  // 2 → 4: centres at -0.25, 0.25, 0.75, 1.25 of the source, edges repeated.
  const Preprocess how{.width = 4, .height = 1, .channels = Channels::grey};
  EXPECT_THAT(values(preprocess(image({1, 2}, {0, 100}), how)), ElementsAre(0, 25, 75, 100));
  // 4 → 2: halfway between the pairs, and not rounded.
  const Preprocess half{.width = 2, .height = 1, .channels = Channels::grey};
  EXPECT_THAT(values(preprocess(image({1, 4}, {0, 1, 10, 21}), half)), ElementsAre(0.5F, 15.5F));
}

TEST(Preprocess, NearestTakesTheCentre) {
  const Preprocess how{.resize = Resize::nearest, .width = 2, .height = 2, .channels = Channels::grey};
  EXPECT_THAT(values(preprocess(image({4, 4}, {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}), how)),
              ElementsAre(5, 7, 13, 15));
}

TEST(Preprocess, ASwappedChannelOrderSwapsTheValues) {
  Preprocess how{.width = 1, .height = 1, .channels = Channels::rgb, .offset = {1, 2, 3}};
  EXPECT_THAT(values(preprocess(image({1, 1, 3}, {10, 20, 30}), how)), ElementsAre(9, 18, 27));
  how.channels = Channels::bgr;  // offsets are in the order of the result
  EXPECT_THAT(values(preprocess(image({1, 1, 3}, {10, 20, 30}), how)), ElementsAre(29, 18, 7));
}

TEST(Preprocess, GreyAndColourBecomeEachOther) {
  Preprocess how{.width = 1, .height = 1, .channels = Channels::grey};
  EXPECT_THAT(values(preprocess(image({1, 1, 1, 3}, {100, 50, 200}), how)), ElementsAre(FloatEq(82.05F)));
  how.channels = Channels::rgb;
  EXPECT_THAT(values(preprocess(image({1, 1, 1, 1}, {7}), how)), ElementsAre(7, 7, 7));
}

TEST(Preprocess, LayoutPutsChannelsLastOrFirst) {
  Preprocess how{.width = 2, .height = 1, .channels = Channels::rgb};
  const Tensor pixels = image({1, 1, 2, 3}, {1, 2, 3, 4, 5, 6});
  EXPECT_THAT(values(preprocess(pixels, how)), ElementsAre(1, 2, 3, 4, 5, 6));
  how.layout = bundle::TensorLayout::nchw;
  EXPECT_THAT(values(preprocess(pixels, how)), ElementsAre(1, 4, 2, 5, 3, 6));
  EXPECT_THAT(preprocess(pixels, how)->shape, ElementsAre(1, 3, 1, 2));
}

TEST(Preprocess, EachImageOfABatchIsTheImageAlone) {
  const Preprocess how{.width = 3, .height = 5, .channels = Channels::grey, .scale = {1.0 / 255}};
  Tensor batch = image({4, 6, 7}, Bytes(4 * 6 * 7));
  for (std::size_t i = 0; i < batch.bytes.size(); ++i) batch.bytes[i] = static_cast<std::uint8_t>(i * 37);
  const Tensor all = *preprocess(batch, how);
  for (std::size_t n = 0; n < 4; ++n) EXPECT_EQ(*preprocess(batch.sample(n), how), all.sample(n));
}

TEST(Preprocess, WhatIsNoImageIsRefused) {
  const Preprocess how{.width = 2, .height = 2, .channels = Channels::grey};
  EXPECT_EQ(preprocess({DType::float32, {2, 2}, Bytes(16)}, how).error().code, Code::invalid_argument);
  EXPECT_EQ(preprocess(image({1, 2, 2, 2}, Bytes(8)), how).error().code, Code::invalid_argument);
  EXPECT_EQ(preprocess(image({0, 2}, {}), how).error().code, Code::invalid_argument);
  EXPECT_EQ(preprocess(image({2, 2}, Bytes(3)), how).error().code, Code::invalid_argument);
  const Preprocess huge{.width = 16'384, .height = 16'384, .channels = Channels::rgb};
  EXPECT_EQ(preprocess(image({2, 2}, Bytes(4)), huge).error().code, Code::too_large);
  const Preprocess offsets{.width = 2, .height = 2, .channels = Channels::rgb, .offset = {1, 2}};
  EXPECT_EQ(preprocess(image({2, 2}, Bytes(4)), offsets).error().code, Code::invalid_argument);
}

}  // namespace
}  // namespace drover::runtime
