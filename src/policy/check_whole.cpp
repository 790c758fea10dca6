#include <fmt/format.h>

#include <set>

#include "policy/read_parts.h"

namespace drover::policy {
namespace {

Status check_names(const Policy& policy) {
  std::set<std::string_view> names;
  for (const Rule& rule : policy.rules)
    if (!names.insert(rule.name).second)
      return bad_at(rule.at, fmt::format("the name {} stands twice", rule.name));
  return {};
}

}  // namespace

Status check_whole(const Policy& policy) { return check_names(policy); }

}  // namespace drover::policy
