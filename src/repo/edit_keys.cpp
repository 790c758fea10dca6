// Whose keys a role trusts, and how that changes.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "repo/edit.h"

namespace drover::repo {
namespace {

bool has(const std::vector<std::string>& keyids, const std::string& keyid) {
  return std::ranges::find(keyids, keyid) != keyids.end();
}

Status check(const std::string& role, const KeySet& keys) {
  std::set<std::string> different;
  for (const trust::Key& key : keys.keys) different.insert(trust::identity_of(key));
  if (different.size() != keys.keys.size())
    return fail(Code::invalid_argument, fmt::format("{}: a key stands twice", role));
  if (keys.threshold < 1 || keys.threshold > static_cast<std::int64_t>(keys.keys.size()))
    return fail(Code::invalid_argument,
                fmt::format("{}: {} of {} keys must sign: add a key, or lower the threshold, first", role,
                            keys.threshold, keys.keys.size()));
  return {};
}

trust::RoleKeys role_keys(const KeySet& set) {
  trust::RoleKeys keys{.keyids = {}, .threshold = set.threshold};
  for (const trust::Key& key : set.keys) keys.keyids.push_back(trust::keyid_of(key));
  return keys;
}

KeySet key_set(const trust::Keys& keys, const trust::RoleKeys& by) {
  KeySet set{.keys = {}, .threshold = by.threshold};
  for (const std::string& keyid : by.keyids)
    if (const auto key = keys.find(keyid); key != keys.end()) set.keys.push_back(key->second);
  return set;
}

/// Keys that no role names any more go.
void prune(trust::Keys& keys, const auto& is_named) {
  std::erase_if(keys, [&](const auto& entry) { return !is_named(entry.first); });
}

void prune(trust::Root& root) {
  prune(root.keys, [&](const std::string& keyid) {
    return std::ranges::any_of(root.roles, [&](const auto& role) { return has(role.second.keyids, keyid); });
  });
}

void prune(trust::Delegations& delegations) {
  prune(delegations.keys, [&](const std::string& keyid) {
    return std::ranges::any_of(delegations.roles,
                               [&](const auto& role) { return has(role.keys.keyids, keyid); });
  });
}

}  // namespace

trust::DelegatedRole* Edit::delegated(const std::string& role) {
  auto& delegations = roles_["targets"].delegations;
  if (!delegations) return nullptr;
  const auto found = std::ranges::find(delegations->roles, role, &trust::DelegatedRole::name);
  return found == delegations->roles.end() ? nullptr : &*found;
}

Result<KeySet> Edit::keys_of(const std::string& role) {
  if (const auto found = root_.roles.find(role); found != root_.roles.end())
    return key_set(root_.keys, found->second);
  if (const trust::DelegatedRole* found = delegated(role))
    return key_set(roles_["targets"].delegations->keys, found->keys);
  return fail(Code::not_found,
              fmt::format("there is no role \"{}\": name root, targets, snapshot, timestamp, "
                          "or a model",
                          role));
}

Status Edit::set_keys(const std::string& role, const KeySet& keys) {
  DROVER_TRY(check(role, keys));
  DROVER_TRY(keys_of(role));
  if (trust::DelegatedRole* child = root_.roles.contains(role) ? nullptr : delegated(role)) {
    set_delegated_keys(*child, keys);
    return {};
  }
  const trust::RoleKeys before = root_.roles.at(role);
  root_.roles[role].keyids = role_keys(keys).keyids;
  root_.roles[role].threshold = keys.threshold;
  for (const trust::Key& key : keys.keys) root_.keys[trust::keyid_of(key)] = key;
  prune(root_);
  root_changed_ = true;
  if (role == "targets") follow_targets_keys(before, keys);
  return {};
}

void Edit::set_delegated_keys(trust::DelegatedRole& child, const KeySet& keys) {
  trust::Delegations& delegations = *changed("targets").delegations;
  child.keys.keyids = role_keys(keys).keyids;
  child.keys.threshold = keys.threshold;
  for (const trust::Key& key : keys.keys) delegations.keys[trust::keyid_of(key)] = key;
  prune(delegations);
  changed(child.name);
}

/// A model's role that had the keys of targets has them still; one with keys of its own keeps those.
void Edit::follow_targets_keys(const trust::RoleKeys& before, const KeySet& keys) {
  auto& delegations = changed("targets").delegations;
  if (!delegations) return;
  for (trust::DelegatedRole& child : delegations->roles)
    if (child.keys.keyids == before.keyids && child.keys.threshold == before.threshold)
      set_delegated_keys(child, keys);
}

Status Edit::rotate(const std::string& role, const trust::Key& next, const std::string& keyid) {
  KeySet keys = DROVER_TRY(keys_of(role));
  if (keyid.empty() && keys.keys.size() != 1)
    return fail(Code::invalid_argument,
                fmt::format("{} has {} keys: name the one to replace", role, keys.keys.size()));
  const auto old = std::ranges::find_if(
      keys.keys, [&](const trust::Key& key) { return keyid.empty() || trust::keyid_of(key) == keyid; });
  if (old == keys.keys.end()) return fail(Code::not_found, fmt::format("{} has no key {}", role, keyid));
  *old = next;
  return set_keys(role, keys);
}

Status Edit::add_key(const std::string& role, const trust::Key& key) {
  KeySet keys = DROVER_TRY(keys_of(role));
  keys.keys.push_back(key);
  return set_keys(role, keys);
}

Status Edit::set_threshold(const std::string& role, std::int64_t threshold) {
  KeySet keys = DROVER_TRY(keys_of(role));
  keys.threshold = threshold;
  return set_keys(role, keys);
}

Result<std::vector<std::string>> Edit::revoke(const std::string& keyid) {
  std::vector<std::string> roles, revoked;
  for (const auto& [role, unused] : root_.roles) roles.push_back(role);
  if (const auto& delegations = roles_["targets"].delegations)
    for (const trust::DelegatedRole& child : delegations->roles) roles.push_back(child.name);
  for (const std::string& role : roles) {
    KeySet keys = DROVER_TRY(keys_of(role));
    if (std::erase_if(keys.keys, [&](const auto& key) { return trust::keyid_of(key) == keyid; }) == 0)
      continue;
    DROVER_TRY(set_keys(role, keys));
    revoked.push_back(role);
  }
  if (revoked.empty()) return fail(Code::not_found, fmt::format("no role trusts a key {}", keyid));
  return revoked;
}

Status Edit::delegate(const ModelName& model, const KeySet& keys) {
  DROVER_TRY(check(model.str(), keys));
  if (delegated(model.str()) == nullptr) {
    DROVER_TRY(check_role_name(model));
    delegate(model);
  }
  set_delegated_keys(*delegated(model.str()), keys);
  return {};
}

}  // namespace drover::repo
