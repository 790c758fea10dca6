#pragma once

#include <vector>

#include "defect/noise.h"

namespace drover::defect {

/// Light on a square surface in 1/256 grey levels, before a camera sees it; may lie outside 0…255 levels.
struct Scene {
  explicit Scene(int side) : size(side), light(static_cast<std::size_t>(side * side)) {}
  int size;
  std::vector<int> light;
  int& at(int x, int y) { return light[static_cast<std::size_t>(y * size + x)]; }
};

inline constexpr int kGrey = 256;  // one grey level

/// A brushed surface, streaks along x, brighter on the left.
Scene brushed_surface(int size, Noise& noise);
/// Adds one defect: a scratch, a few pits or a stain, each anywhere from hardly visible to plain.
void add_defect(Scene& scene, Noise& noise);

}  // namespace drover::defect
