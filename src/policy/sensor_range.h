#pragma once

#include <cmath>
#include <string>

#include "policy/place.h"

namespace drover::policy {

/// A [[sensor]]: between which values a feature tells something, so that a sensor that hangs at an end of its
/// range is told from a world that changed.
struct SensorRange {
  std::string feature = {};
  double black = -INFINITY;     // at or below: it gives nothing
  double saturated = INFINITY;  // at or above: it gives no more
  Place at = {};

  bool operator==(const SensorRange&) const = default;
};

inline constexpr std::size_t kSensorsMax = 32;

}  // namespace drover::policy
