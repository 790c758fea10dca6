#include "defect/foreign.h"

#include <algorithm>
#include <array>

#include "defect/noise.h"
#include "defect/weights.h"

namespace drover::defect {
namespace {

/// A pattern's value at a pixel, from -1000 to 1000.
struct Pattern {
  int kind, dx, dy, period;
  std::array<int, 49> grid;  // a coarse 7×7 random field

  explicit Pattern(Noise& noise)
      : kind(noise.between(0, 4)),
        dx(noise.between(-8, 8)),
        dy(noise.between(-8, 8)),
        period(noise.between(16, 120)) {
    for (int& node : grid) node = noise.between(-1000, 1000);
  }

  [[nodiscard]] int stripes(int x, int y) const {
    const int phase = ((x * dx + y * dy) % period + period) % period;  // a triangle wave
    return std::abs(phase * 2 - period) * 2000 / period - 1000;
  }
  [[nodiscard]] int squares(int x, int y) const {
    const int side = period / 8 + 2;
    return (x / side + y / side) % 2 == 0 ? 1000 : -1000;
  }
  [[nodiscard]] int clouds(int x, int y) const {
    const auto node = [&](int i, int j) { return grid[static_cast<std::size_t>(j * 7 + i)]; };
    const int i = x / 8, j = y / 8, u = x % 8, v = y % 8;
    return (node(i, j) * (8 - u) * (8 - v) + node(i + 1, j) * u * (8 - v) + node(i, j + 1) * (8 - u) * v +
            node(i + 1, j + 1) * u * v) /
           64;
  }
  [[nodiscard]] int at(int x, int y) const {
    switch (kind) {
      case 0:
        return stripes(x, y);
      case 1:
        return squares(x, y);
      case 2:
        return clouds(x, y);
      case 3:
        return ((x - 24) * dx + (y - 24) * dy) * 1000 / 384;
      default:
        return 0;
    }
  }
};

}  // namespace

Image foreign_texture(std::uint64_t seed, std::uint64_t index) {
  Noise noise(seed, index);
  const Pattern one(noise), other(noise);
  const int share = noise.between(0, 1000);
  // Most of them faint, as through fog, and most with no more noise than a sensor's.
  const int middle = noise.between(80, 220);
  const int contrast = noise.chance(70) ? noise.between(0, 20) : noise.between(20, 90);
  const int grain = noise.chance(70) ? noise.between(2, 4) : noise.between(5, 30);
  Image image{kImageSize, {}};
  for (int y = 0; y < kImageSize; ++y)
    for (int x = 0; x < kImageSize; ++x) {
      const int pattern = (one.at(x, y) * share + other.at(x, y) * (1000 - share)) / 1000;
      const int level = middle + pattern * contrast / 1000 + noise.normal(grain);
      image.pixels.push_back(static_cast<std::uint8_t>(std::clamp(level, 0, 255)));
    }
  return image;
}

}  // namespace drover::defect
