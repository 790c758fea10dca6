#include "defect/surface.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/digest.h"
#include "defect/features.h"

namespace drover::defect {
namespace {

/// The digest of the first 40 images of stream 11 and their labels.
std::string stream_digest(const SurfaceOptions& options) {
  Sha256 sha;
  for (std::uint64_t i = 0; i < 40; ++i) {
    Surface surface = make_surface(options, 11, i);
    surface.image.pixels.push_back(static_cast<std::uint8_t>(surface.label));
    sha.update(surface.image.pixels);
  }
  return sha.finish().hex().substr(0, 16);
}

SurfaceOptions seen_by(const CameraFaults& camera) { return {.camera = camera}; }

TEST(Surface, HasTheSameBitsOnEveryMachine) {
  EXPECT_EQ(stream_digest({}), "cf9b971f10f004bd");
  EXPECT_EQ(stream_digest(seen_by({.turned = true})), "9e0ee53c5187fe97");
  EXPECT_EQ(stream_digest(seen_by({.dimmed_percent = 33})), "b343e86a5f56afab");
  EXPECT_EQ(stream_digest(seen_by({.defocus_percent = 60, .fogged_percent = 40})), "c32ff7a93df8538c");
  EXPECT_EQ(stream_digest({.size = 96, .defect_percent = 30}), "ba6da2662fb26fac");
}

TEST(Surface, DiffersBetweenIndicesAndBetweenSeeds) {
  const auto pixels = [](std::uint64_t seed, std::uint64_t index) {
    return make_surface({}, seed, index).image.pixels;
  };
  EXPECT_EQ(pixels(1, 2), pixels(1, 2));
  EXPECT_NE(pixels(1, 2), pixels(1, 3));
  EXPECT_NE(pixels(1, 2), pixels(2, 2));
  EXPECT_NE(pixels(1, 2), pixels(2, 1));
}

TEST(Surface, HasTheShareOfDefectsAskedFor) {
  int defects = 0;
  for (std::uint64_t i = 0; i < 4000; ++i)
    defects += make_surface({.size = 16, .defect_percent = 20}, 5, i).label == kDefect;
  EXPECT_NEAR(defects, 800, 4 * std::sqrt(4000 * .2 * .8));
}

TEST(Surface, ShowsTheSameSceneThroughEveryCamera) {
  const Image upright = make_surface({}, 3, 8).image,
              turned = make_surface(seen_by({.turned = true}), 3, 8).image;
  double difference = 0;
  for (int y = 0; y < upright.size; ++y)
    for (int x = 0; x < upright.size; ++x)
      difference += std::abs(upright.at(x, y) - turned.at(y, upright.size - 1 - x));
  // Two draws of the sensor's noise (sd 2.5) differ by 2.5·2/√π = 2.8 on average.
  EXPECT_NEAR(difference / (48 * 48), 2.8, .3);
}

TEST(CameraFaults, AreReadFromTextAndWrittenBack) {
  const CameraFaults both{.turned = true, .fogged_percent = 45};
  EXPECT_EQ(parse_faults("turned,fogged:45").value(), both);
  EXPECT_EQ(parse_faults(to_text(both)).value(), both);
  EXPECT_EQ(parse_faults("none").value(), CameraFaults{});
  EXPECT_EQ(to_text({}), "none");
  EXPECT_EQ(parse_faults("dimmed,defocus,fogged").value(),
            (CameraFaults{.dimmed_percent = 33, .defocus_percent = 60, .fogged_percent = 80}));
}

TEST(CameraFaults, AreRefusedWhenUnknownOrOutOfRange) {
  for (const std::string_view text : {"", "broken", "turned:5", "dimmed:", "dimmed:101", "dimmed:-1",
                                      "fogged:4x", "turned,", ",turned", "none,turned"}) {
    const auto faults = parse_faults(text);
    ASSERT_FALSE(faults) << text;
    EXPECT_EQ(faults.error().code, Code::invalid_argument);
  }
}

TEST(Features, OfASmallImageAreTheValuesWorkedOutByHand) {
  // 10 20  30
  // 10 90  30
  // 10 20 255   sum 475, sum of squares 76025
  const Image image{3, {10, 20, 30, 10, 90, 30, 10, 20, 255}};
  const auto f = features(image);
  EXPECT_FLOAT_EQ(f[0], 475.0f / 9);
  EXPECT_FLOAT_EQ(f[1], std::sqrt((9.0f * 76025 - 475.0f * 475) / 81));
  EXPECT_FLOAT_EQ(f[2], 0.0f);  // a single inner pixel has no variance
  EXPECT_FLOAT_EQ(f[3], 1.0f / 9);
  EXPECT_FLOAT_EQ(f[4], 5.0f / 9);
  // In rows and columns 0 and 1: to the right 10, 10, 80, -60; down 0, 70, 0, -70. H = 10200, V = 9800.
  EXPECT_FLOAT_EQ(f[5], static_cast<float>(std::log(10201.0 / 9801.0)));
}

TEST(Features, SharpnessIsTheVarianceOfTheLaplacian) {
  // Inner pixels of a 4×4 image with one bright dot at (1,1): -4·60, 60, 60, 0.
  Image image{4, std::vector<std::uint8_t>(16, 100)};
  image.pixels[5] = 160;
  const double mean = (-240 + 60 + 60) / 4.0;
  const double squares = (240.0 * 240 + 60 * 60 + 60 * 60) / 4;
  EXPECT_FLOAT_EQ(features(image)[2], static_cast<float>(squares - mean * mean));
}

}  // namespace
}  // namespace drover::defect
