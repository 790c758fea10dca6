#pragma once

// Inside policy only.
#include "policy/condition.h"

namespace drover::policy {

/// A condition, or what is wrong with the text; and where in it, in bytes.
struct ConditionRead {
  Result<Condition> condition;
  std::size_t fault_at = 0;
  std::size_t of_at = 0;  // where Term::of stands
};
ConditionRead read_condition(std::string_view text);

}  // namespace drover::policy
