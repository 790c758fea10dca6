#include "defect/scene.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>

namespace drover::defect {
namespace {

// Lengths are in 1/256 pixel; kPixel48 is one pixel of a 48×48 image, so that larger images show the same
// surface.
constexpr int kPixel = 256;
int scaled(const Scene& scene, int pixels48) { return pixels48 * scene.size / 48; }

/// A quarter turn in sixteenths: (cos, sin)·256 of k·11.25°, k = 0…15 covers half a turn.
struct Direction {
  int x, y;
};
constexpr std::array<Direction, 16> kDirections{{{256, 0},
                                                 {251, 50},
                                                 {237, 98},
                                                 {213, 142},
                                                 {181, 181},
                                                 {142, 213},
                                                 {98, 237},
                                                 {50, 251},
                                                 {0, 256},
                                                 {-50, 251},
                                                 {-98, 237},
                                                 {-142, 213},
                                                 {-181, 181},
                                                 {-213, 142},
                                                 {-237, 98},
                                                 {-251, 50}}};

void add_scratch(Scene& scene, Noise& noise, int strength) {
  const int margin = scene.size * kPixel / 6, far = scene.size * kPixel - margin;
  const int cx = noise.between(margin, far), cy = noise.between(margin, far);
  const Direction along = kDirections[static_cast<std::size_t>(noise.between(0, 15))];
  const int half_length = scaled(scene, noise.between(6 * kPixel, 18 * kPixel));
  const int half_width = scaled(scene, noise.between(kPixel, 2 * kPixel));
  for (int y = 0; y < scene.size; ++y)
    for (int x = 0; x < scene.size; ++x) {
      const int dx = x * kPixel - cx, dy = y * kPixel - cy;
      const int along_it = (dx * along.x + dy * along.y) / 256, across = (dx * along.y - dy * along.x) / 256;
      if (std::abs(along_it) > half_length) continue;
      const int groove = half_width - std::abs(across);
      const int ridge = half_width - std::abs(across - 2 * half_width);  // the far wall catches the light
      if (groove > 0) scene.at(x, y) -= strength * groove / half_width;
      if (ridge > 0) scene.at(x, y) += strength * ridge / half_width / 2;
    }
}

/// A round spot of `radius`: `change` in its middle, falling to nothing at its edge; soft falls faster.
void add_spot(Scene& scene, int cx, int cy, int radius, int change, bool soft) {
  const std::int64_t squared = static_cast<std::int64_t>(radius) * radius;
  for (int y = 0; y < scene.size; ++y)
    for (int x = 0; x < scene.size; ++x) {
      const std::int64_t dx = x * kPixel - cx, dy = y * kPixel - cy;
      const std::int64_t inside = squared - dx * dx - dy * dy;
      if (inside <= 0) continue;
      std::int64_t part = inside * 1024 / squared;
      if (soft) part = part * part / 1024;
      scene.at(x, y) += static_cast<int>(change * part / 1024);
    }
}

void add_pits(Scene& scene, Noise& noise, int strength) {
  const int count = noise.between(1, 4), side = scene.size * kPixel;
  for (int i = 0; i < count; ++i) {
    const int radius = scaled(scene, noise.between(kPixel * 3 / 2, kPixel * 7 / 2));
    const int cx = noise.between(radius, side - radius), cy = noise.between(radius, side - radius);
    add_spot(scene, cx + radius, cy, radius, strength / 2, false);  // the wall that faces the lamp
    add_spot(scene, cx, cy, radius, -2 * strength, false);
  }
}

void add_stain(Scene& scene, Noise& noise, int strength) {
  const int side = scene.size * kPixel;
  const int cx = noise.between(side / 6, side * 5 / 6), cy = noise.between(side / 6, side * 5 / 6);
  const int radius = scaled(scene, noise.between(9 * kPixel, 16 * kPixel));
  add_spot(scene, cx, cy, radius, -strength, true);
}

}  // namespace

Scene brushed_surface(int size, Noise& noise) {
  Scene scene(size);
  const int base = noise.between(162, 180) * kGrey, slope = noise.between(40, 54) * kGrey;
  const int grain = noise.between(5, 8) * kGrey, slant = noise.between(-10, 10);
  // One streak a row, with as many more as the slant needs; each wanders slowly along its length.
  const int reach = size * std::abs(slant) / 256 + 2;
  const auto width = static_cast<std::size_t>(size);
  std::vector<int> streaks(static_cast<std::size_t>(size + 2 * reach) * width);
  for (auto row = streaks.begin(); row != streaks.end(); row += size) {
    int level = noise.normal(grain);
    for (auto cell = row; cell != row + size; ++cell) {
      *cell = level + noise.normal(grain / 3);
      level = (level * 31 + noise.normal(grain * 8)) / 32;
    }
  }
  for (int y = 0; y < size; ++y)
    for (int x = 0; x < size; ++x) {
      const int row = (y + reach) * 256 + (x - size / 2) * slant;
      const auto above = static_cast<std::size_t>(row / 256) * width + static_cast<std::size_t>(x);
      const int part = row % 256;
      const int streak = (streaks[above] * (256 - part) + streaks[above + width] * part) / 256;
      scene.at(x, y) = base + streak + slope * (size - 1 - 2 * x) / size;
    }
  return scene;
}

void add_defect(Scene& scene, Noise& noise) {
  const int kind = noise.between(0, 2), strength = noise.between(32, 84) * kGrey;
  if (kind == 0)
    add_scratch(scene, noise, strength);
  else if (kind == 1)
    add_pits(scene, noise, strength);
  else
    add_stain(scene, noise, strength);
}

}  // namespace drover::defect
