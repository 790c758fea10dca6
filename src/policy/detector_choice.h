#pragma once

#include <span>
#include <string>
#include <vector>

#include "drift/detector.h"
#include "policy/action.h"
#include "policy/place.h"

namespace drover::policy {

/// A [[detector]]: one of drift::detector_kinds(), what it watches, and what follows an alarm. Each stream
/// that it watches has a detector of its own.
struct DetectorChoice {
  std::string name = {};  // [a-z0-9-]{1,64}
  std::string kind = "urn";
  std::vector<std::string> on = {"*"};        // features and "confidence"; see streams_of()
  drift::DetectorKind::Values settings = {};  // those given
  bool thin = true;                           // a stream that depends on itself (drift/thinning.h)
  Actions actions = {Action::alert};
  Place at = {}, settings_at = {};
  Places on_at = {};  // of `on`, where the file has it

  bool operator==(const DetectorChoice&) const = default;
};

inline constexpr std::size_t kDetectorsMax = 16;

/// The streams of kinds that take errors: of each inference whether it failed, of each label whether it says
/// that the prediction was wrong.
inline constexpr std::string_view kFailedStream = "failed", kWrongStream = "wrong";

bool takes_errors(const DetectorChoice& choice);
/// What it watches, "*" written out: every feature and the confidence, or both streams of errors.
std::vector<std::string> streams_of(const DetectorChoice& choice, std::span<const std::string> features,
                                    bool has_confidence);

/// The settings of each of the `streams` detectors. An alpha that holds for a detector's whole life is
/// divided among them, so that the choice as a whole keeps it, and over the lives after restarts, since a
/// device goes on watching after an alarm. The urn has tolerance 0.02 unless told otherwise: what triggers
/// actions by itself must bear a daily cycle. Errors: invalid_argument where a share is less than the kind
/// takes.
Result<drift::DetectorKind::Values> settings_of(const DetectorChoice& choice, std::size_t streams);

}  // namespace drover::policy
