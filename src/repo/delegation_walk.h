#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "trust/trusted_set.h"

namespace drover::repo {

/// Where the search for a target ended.
struct Walk {
  struct Role {
    std::string name, delegator;
  };
  std::optional<std::string> found_in;  // the role that names it
  std::optional<Role> missing;          // the next role to load before the search can go on
};

/// TUF 1.0.34 §5.6.7: a pre-order depth-first search through the delegations that match `target_path`; each
/// role is visited once, at most `roles_max` of them, and a terminating one ends the search in what follows
/// it.
Walk find_role(const trust::TrustedSet& set, std::string_view target_path, int roles_max);

}  // namespace drover::repo
