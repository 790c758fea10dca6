#include "repo/catalog.h"

#include <algorithm>

#include "repo/edit.h"
#include "repo/yanked.h"

namespace drover::repo {
namespace {

void add_variant(CatalogModel& model, ModelTarget target) {
  auto at = std::ranges::find(model.versions, target.version, &CatalogVersion::version);
  if (at == model.versions.end())
    at = model.versions.insert(at, CatalogVersion{.version = target.version, .variants = {}, .channels = {}});
  at->variants.push_back(std::move(target));
}

CatalogModel model_of(const trust::TrustedSet& state, const ModelName& name, const trust::Targets& role) {
  CatalogModel model{.name = name, .role_version = role.version, .expires = role.expires};
  for (const auto& [path, file] : role.targets)
    if (auto target = parse_model_target(target_info(state, name.str(), path)))
      add_variant(model, std::move(*target));
  for (const Channel& channel : channels_of(role, name)) {
    model.channels[channel.name] = channel.version;
    for (CatalogVersion& version : model.versions)
      if (version.version.str() == channel.version) version.channels.push_back(channel.name);
  }
  std::ranges::sort(model.versions, {}, &CatalogVersion::version);
  model.yanked = yanked_of(role);
  return model;
}

}  // namespace

std::vector<CatalogModel> catalog_of(const trust::TrustedSet& state) {
  std::vector<CatalogModel> models;
  for (const auto& [role, targets] : state.all_targets())
    if (const auto name = ModelName::parse(role); name && role != "targets")
      models.push_back(model_of(state, *name, targets));
  return models;
}

TargetInfo target_info(const trust::TrustedSet& state, const std::string& role, const std::string& path) {
  const trust::TargetFile& file = state.targets(role)->targets.at(path);
  TargetInfo target{.path = path, .length = file.length, .hashes = file.hashes, .role = role};
  target.consistent = state.root().consistent_snapshot;
  if (const auto sha256 = file.hashes.find("sha256"); sha256 != file.hashes.end())
    if (const Result<Digest> digest = parse_digest(sha256->second)) target.sha256 = *digest;
  if (file.custom.is_object())
    target.custom = file.custom.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  return target;
}

}  // namespace drover::repo
