#include "repo/edit.h"

#include <fmt/format.h>

#include <algorithm>

#include "repo/lifetime.h"
#include "repo/repository_files.h"

namespace drover::repo {
namespace {

using nlohmann::json;

trust::TargetFile target_file(std::uint64_t length, const Digest& digest, json custom) {
  return {.length = length, .hashes = {{"sha256", digest.hex()}}, .custom = std::move(custom)};
}

TargetInfo info_of(const std::string& path, const trust::TargetFile& file) {
  TargetInfo info{.path = path, .length = file.length, .hashes = file.hashes, .custom = file.custom.dump()};
  info.sha256 = *parse_digest(file.hashes.at("sha256"));
  return info;
}

std::string versions_prefix(const ModelName& model, const Version& version) {
  return fmt::format("models/{}/{}/", model.str(), version.str());
}

bool has_version(const trust::Targets& role, const std::string& prefix) {
  const auto at = role.targets.lower_bound(prefix);
  return at != role.targets.end() && at->first.starts_with(prefix);
}

}  // namespace

Status check_role_name(const ModelName& model) {
  for (std::string_view taken : {"root", "targets", "snapshot", "timestamp"})
    if (model.str() == taken)
      return fail(Code::invalid_argument, fmt::format("a model cannot be called \"{}\"", taken));
  return {};
}

Edit::Edit(const trust::TrustedSet& state, UnixTime now)
    : state_(state), now_(now), root_(state.root()), roles_(state.all_targets()) {}

trust::Targets& Edit::changed(const std::string& role) {
  changed_.insert(role);
  return roles_[role];
}

Result<trust::Targets*> Edit::role_of(const ModelName& model) {
  const auto found = roles_.find(model.str());
  if (found == roles_.end())
    return fail(Code::not_found, fmt::format("the repository has no model \"{}\"", model.str()));
  return &found->second;
}

void Edit::delegate(const ModelName& model) {
  trust::Targets& targets = changed("targets");
  const trust::RoleKeys& keys = root_.roles.at("targets");
  if (!targets.delegations) targets.delegations.emplace();
  for (const std::string& keyid : keys.keyids) targets.delegations->keys[keyid] = root_.keys.at(keyid);
  targets.delegations->roles.push_back(
      {.name = model.str(),
       .keys = {.keyids = keys.keyids, .threshold = keys.threshold},
       .paths = {fmt::format("models/{}/*/*", model.str()), fmt::format("channels/{}/*", model.str())},
       .terminating = true});
  trust::Targets role;
  role.version = 0;  // sign() counts it up
  set_lifetime(role, lifetime_of(targets, Lifetimes().targets));
  roles_[model.str()] = std::move(role);
}

Result<TargetInfo> Edit::add_version(ModelTarget target, std::uint64_t length, const Digest& digest) {
  DROVER_TRY(check_role_name(target.model));
  if (!roles_.contains(target.model.str())) delegate(target.model);
  trust::Targets& role = changed(target.model.str());
  const std::string path = model_target_path(target.model, target.version, target.variant);
  if (role.targets.contains(path))
    return fail(Code::already_exists,
                fmt::format("{} {}{}{} is published already and never changes; publish another version",
                            target.model.str(), target.version.str(), target.variant.empty() ? "" : "+",
                            target.variant));
  for (const YankedVersion& yanked : yanked_of(role))
    if (yanked.version == target.version)
      return fail(Code::yanked, fmt::format("{} {} was withdrawn; publish another version",
                                            target.model.str(), target.version.str()));
  target.issued = now_;
  role.targets[path] = target_file(length, digest, json::parse(to_custom(target)));
  return info_of(path, role.targets[path]);
}

Status Edit::promote(const ModelName& model, const std::string& channel, const Version& version) {
  trust::Targets* role = DROVER_TRY(role_of(model));
  DROVER_TRY(ModelName::parse(channel).in("channel"));
  if (!has_version(*role, versions_prefix(model, version)))
    return fail(Code::not_found, fmt::format("{} {} is not in the repository", model.str(), version.str()));
  const std::string text = to_text(ChannelPointer{model, channel, version, now_});
  const std::string path = channel_target_path(model, channel);
  const json custom = {{"drover",
                        {{"model", model.str()},
                         {"channel", channel},
                         {"version", version.str()},
                         {"issued", format_time(now_)}}}};
  trust::TargetFile& file = changed(model.str()).targets[path];
  file = target_file(text.size(), sha256(text), custom);
  blobs_[info_of(path, file).file_path()] = text;
  return {};
}

Result<std::vector<std::string>> Edit::yank(const ModelName& model, const Version& version,
                                            const std::string& reason) {
  trust::Targets* role = DROVER_TRY(role_of(model));
  const std::string prefix = versions_prefix(model, version);
  if (!has_version(*role, prefix))
    return fail(Code::not_found, fmt::format("{} {} is not in the repository", model.str(), version.str()));
  std::vector<std::string> emptied;
  for (const Channel& channel : channels_of(*role, model))
    if (channel.version == version.str()) emptied.push_back(channel.name);
  for (const std::string& channel : emptied) role->targets.erase(channel_target_path(model, channel));
  std::erase_if(role->targets, [&](const auto& entry) { return entry.first.starts_with(prefix); });
  add_yanked(changed(model.str()), {.version = version, .at = now_, .reason = reason});
  return emptied;
}

Status Edit::extend(const std::string& role) {
  if (role == "root") {
    root_changed_ = true;
    return {};
  }
  if (!roles_.contains(role)) return fail(Code::not_found, fmt::format("there is no role \"{}\"", role));
  changed_.insert(role);
  return {};
}

std::vector<Channel> channels_of(const trust::Targets& role, const ModelName& model) {
  std::vector<Channel> channels;
  const std::string prefix = fmt::format("channels/{}/", model.str());
  for (auto at = role.targets.lower_bound(prefix); at != role.targets.end() && at->first.starts_with(prefix);
       ++at) {
    Channel channel{.name = at->first.substr(prefix.size()), .sha256 = {}, .version = {}};
    if (!channel.name.ends_with(".json")) continue;
    channel.name.resize(channel.name.size() - 5);
    if (const auto hash = at->second.hashes.find("sha256"); hash != at->second.hashes.end())
      channel.sha256 = parse_digest(hash->second).value_or(Digest{});
    const json custom =
        at->second.custom.is_object() ? at->second.custom.value("drover", json::object()) : json::object();
    if (custom.is_object() && custom.contains("version") && custom["version"].is_string())
      channel.version = custom["version"].get<std::string>();
    channels.push_back(std::move(channel));
  }
  return channels;
}

}  // namespace drover::repo
