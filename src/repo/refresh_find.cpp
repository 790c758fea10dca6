#include <fmt/format.h>

#include <algorithm>

#include "repo/catalog.h"
#include "repo/refresh.h"
#include "repo/yanked.h"
#include "trust/target_path.h"

/// What a refresh knows when it is done.
namespace drover::repo {

Status Refresh::followed(std::string_view target_path) const {
  DROVER_TRY(status_);
  const Walk walk = find_role(set_, target_path, options_.delegations_max);
  if (!walk.missing) return {};
  const auto known = role_errors_.find(walk.missing->name);
  if (known != role_errors_.end()) return fail(known->second);
  return fail(Code::internal,
              fmt::format("{}: the role \"{}\" was not loaded", target_path, walk.missing->name));
}

Result<TargetInfo> Refresh::find(std::string_view path) const {
  DROVER_TRY(trust::check_target_path(path));
  DROVER_TRY(followed(path));
  const Walk walk = find_role(set_, path, options_.delegations_max);
  if (!walk.found_in) return fail(Code::not_found, fmt::format("the repository has no target {}", path));
  return target_info(set_, *walk.found_in, std::string(path));
}

std::vector<TargetInfo> Refresh::targets(std::string_view prefix) const {
  std::vector<TargetInfo> found;
  for (const auto& [name, role] : set_.all_targets())
    for (auto at = role.targets.lower_bound(std::string(prefix)); at != role.targets.end(); ++at) {
      if (!at->first.starts_with(prefix)) break;
      if (!trust::check_target_path(at->first)) continue;
      if (find_role(set_, at->first, options_.delegations_max).found_in == name)
        found.push_back(target_info(set_, name, at->first));
    }
  std::ranges::sort(found, {}, &TargetInfo::path);
  return found;
}

std::vector<ModelTarget> Refresh::versions(const ModelName& model) const {
  std::vector<ModelTarget> versions;
  for (const TargetInfo& target : targets(fmt::format("models/{}/", model.str())))
    if (Result<ModelTarget> parsed = parse_model_target(target)) versions.push_back(std::move(*parsed));
  std::ranges::sort(versions, [](const ModelTarget& a, const ModelTarget& b) {
    return a.version == b.version ? a.variant < b.variant : a.version < b.version;
  });
  return versions;
}

std::vector<YankedVersion> Refresh::yanked(const ModelName& model) const {
  const trust::Targets* role = set_.targets(model.str());
  return role == nullptr ? std::vector<YankedVersion>() : yanked_of(*role);
}

}  // namespace drover::repo
