#pragma once

#include <initializer_list>
#include <span>
#include <vector>

#include "drift/detector.h"
#include "drift/state/counters.h"

/// What a detector was made of stands in its checkpoints, so that no other detector takes them.
namespace drover::drift {

/// The settings in the order of the kind's table, then what else the detector was made of.
inline std::vector<double> make_of(std::span<const Setting> settings, const DetectorKind::Values& values,
                                   std::initializer_list<double> reference = {}) {
  std::vector<double> made_of;
  for (const Setting& setting : settings) made_of.push_back(values.find(setting.name)->second);
  made_of.insert(made_of.end(), reference);
  return made_of;
}

/// Likewise of a detector that bins: the two halves of the baseline's fingerprint follow.
inline std::vector<double> make_of(std::span<const Setting> settings, const DetectorKind::Values& values,
                                   const Distribution& baseline) {
  const std::uint64_t known = fingerprint(baseline);
  return make_of(settings, values,
                 {static_cast<double>(known >> 32), static_cast<double>(known & 0xffffffff)});
}

}  // namespace drover::drift
