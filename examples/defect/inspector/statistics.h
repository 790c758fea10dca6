#pragma once

#include <drover/drover.h>

#include <array>
#include <cstdint>
#include <string>

namespace drover::defect {

/// What the inspector has done since its start; one JSON line a second tells it.
struct Statistics {
  std::uint64_t ticks = 0;       // images that the camera took, by the clock
  std::uint64_t lost = 0;        // of them, those overwritten in its buffer before anybody looked
  std::uint64_t images = 0;      // of them, those looked at
  std::uint64_t inferences = 0;  // of those, the ones that went through a model, with whatever outcome
  std::uint64_t failed = 0, nan = 0;
  std::uint64_t switches = 0;              // to another version
  std::array<std::uint64_t, 2> classes{};  // good, defect
  double confidence_sum = 0;               // of those that ended well
  std::string version, digest;             // of the last inference

  void add(const drover_result_t& result);
  /// Images that no model will ever see: this is what a swap must not change.
  [[nodiscard]] std::uint64_t missed() const { return lost + (images - inferences); }
  /// Images in the camera's buffer.
  [[nodiscard]] std::uint64_t waiting() const { return ticks - lost - images; }
};

/// One line of JSON without its newline: docs in the inspector's --help.
std::string to_json(const Statistics& statistics, const drover_counts_t& counts, std::int64_t unix_time,
                    bool final);

}  // namespace drover::defect
