#include "policy/action.h"

#include <array>

namespace drover::policy {

std::string_view name(Action action) {
  constexpr std::array<std::string_view, kActions> names = {"alert", "rollback", "hold", "retrain"};
  return names.at(static_cast<std::size_t>(action));
}

std::vector<Action> Actions::list() const {
  std::vector<Action> actions;
  for (std::size_t i = 0; i < kActions; ++i)
    if (has(static_cast<Action>(i))) actions.push_back(static_cast<Action>(i));
  return actions;
}

}  // namespace drover::policy
