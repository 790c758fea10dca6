#pragma once

#include <cstdint>

#include <nlohmann/json.hpp>

#include "base/result.h"

namespace drover::monitor {

/// What a version knows of its bundle's labelled holdout, and when that was measured.
struct Holdout {
  std::int64_t at_ms = 0;
  std::uint64_t samples = 0;  // at least 1
  std::uint64_t right = 0;
  [[nodiscard]] double accuracy() const { return static_cast<double>(right) / static_cast<double>(samples); }
  bool operator==(const Holdout&) const = default;
};

/// {"at_ms", "samples", "right", "accuracy"}; the accuracy is for people and is not read.
nlohmann::json to_json(const Holdout& holdout);
/// Error: bad_state.
Result<Holdout> holdout_from_json(const nlohmann::json& from);

}  // namespace drover::monitor
