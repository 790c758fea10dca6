#include "repo/delegation_walk.h"

#include <algorithm>
#include <set>
#include <vector>

#include "trust/target_path.h"

namespace drover::repo {
namespace {

/// Puts the children of `role` that may speak about the path on the stack, first one on top.
void push_children(std::vector<Walk::Role>& stack, const trust::Targets& role, const std::string& name,
                   std::string_view target_path) {
  std::vector<Walk::Role> children;
  for (const trust::DelegatedRole& child : role.delegations->roles) {
    if (!trust::is_delegated_path(child, target_path)) continue;
    children.push_back({child.name, name});
    if (!child.terminating) continue;
    stack.clear();  // §5.6.7.2.1: a terminating delegation ends the search outside of it
    break;
  }
  std::ranges::move(children.rbegin(), children.rend(), std::back_inserter(stack));
}

}  // namespace

Walk find_role(const trust::TrustedSet& set, std::string_view target_path, int roles_max) {
  std::vector<Walk::Role> stack = {{"targets", "root"}};
  std::set<std::string> visited;
  while (!stack.empty() && static_cast<int>(visited.size()) <= roles_max) {
    const Walk::Role next = std::move(stack.back());
    stack.pop_back();
    if (!visited.insert(next.name).second) continue;
    const trust::Targets* role = set.targets(next.name);
    if (role == nullptr) return {.found_in = std::nullopt, .missing = next};
    if (role->targets.contains(std::string(target_path)))
      return {.found_in = next.name, .missing = std::nullopt};
    if (role->delegations) push_children(stack, *role, next.name, target_path);
  }
  return {};
}

}  // namespace drover::repo
