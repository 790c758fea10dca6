#include "defect/features.h"

#include <cmath>

namespace drover::defect {
namespace {

/// Count, sum and sum of squares of whole numbers: mean and variance without rounding on the way.
struct Moments {
  std::int64_t count = 0, sum = 0, squares = 0;
  void add(int value) {
    ++count;
    sum += value;
    squares += static_cast<std::int64_t>(value) * value;
  }
  [[nodiscard]] double mean() const { return static_cast<double>(sum) / static_cast<double>(count); }
  [[nodiscard]] double variance() const {
    return static_cast<double>(count * squares - sum * sum) / static_cast<double>(count * count);
  }
};

Moments laplacian(const Image& image) {
  Moments moments;
  for (int y = 1; y + 1 < image.size; ++y)
    for (int x = 1; x + 1 < image.size; ++x)
      moments.add(image.at(x - 1, y) + image.at(x + 1, y) + image.at(x, y - 1) + image.at(x, y + 1) -
                  4 * image.at(x, y));
  return moments;
}

double anisotropy(const Image& image) {
  std::int64_t horizontal = 0, vertical = 0;
  for (int y = 0; y + 1 < image.size; ++y)
    for (int x = 0; x + 1 < image.size; ++x) {
      const int right = image.at(x + 1, y) - image.at(x, y), down = image.at(x, y + 1) - image.at(x, y);
      horizontal += right * right;
      vertical += down * down;
    }
  return std::log(static_cast<double>(horizontal + 1) / static_cast<double>(vertical + 1));
}

}  // namespace

std::array<float, 6> features(const Image& image) {
  Moments grey;
  int saturated = 0, dark = 0;
  for (const int level : image.pixels) {
    grey.add(level);
    saturated += level >= 250;
    dark += level <= 25;
  }
  const auto share = [&](int part) { return static_cast<float>(part) / static_cast<float>(grey.count); };
  return {static_cast<float>(grey.mean()),
          static_cast<float>(std::sqrt(grey.variance())),
          static_cast<float>(laplacian(image).variance()),
          share(saturated),
          share(dark),
          static_cast<float>(anisotropy(image))};
}

}  // namespace drover::defect
