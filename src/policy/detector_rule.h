#pragma once

#include <string>
#include <vector>

#include "drift/detector.h"
#include "policy/action.h"
#include "policy/place.h"

namespace drover::policy {

struct DetectorRule {
  std::string name = {};
  std::string detector = "urn";
  std::vector<std::string> on = {};  // empty: all
  drift::DetectorKind::Values settings = {};
  bool thin = true;
  Actions actions = {Action::alert};
  [[nodiscard]] bool on_all() const { return on.empty(); }
  bool operator==(const DetectorRule&) const = default;
};

}  // namespace drover::policy
