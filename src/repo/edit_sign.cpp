#include <fmt/format.h>

#include <algorithm>

#include "repo/edit.h"
#include "repo/lifetime.h"
#include "repo/repository_files.h"

/// Rotation of keys, and signing what an edit changed.
namespace drover::repo {

Status Edit::rotate(const std::string& role, const trust::Key& next) {
  const auto found = root_.roles.find(role);
  if (found == root_.roles.end())
    return fail(Code::not_found,
                fmt::format("there is no role \"{}\": name root, targets, snapshot or timestamp", role));
  const std::vector<std::string> old = found->second.keyids;
  if (old.size() != 1)
    return fail(Code::unsupported,
                fmt::format("{} has {} keys; only a role with one key is rotated", role, old.size()));
  const std::string keyid = trust::keyid_of(next);
  found->second.keyids = {keyid};
  found->second.threshold = 1;
  root_.keys[keyid] = next;
  std::erase_if(root_.keys, [&](const auto& entry) {
    return std::ranges::none_of(root_.roles, [&](const auto& one) {
      return std::ranges::find(one.second.keyids, entry.first) != one.second.keyids.end();
    });
  });
  root_changed_ = true;
  if (role != "targets") return {};
  changed("targets");
  replace_delegated_keys(old, keyid, next);
  return {};
}

void Edit::replace_delegated_keys(const std::vector<std::string>& old, const std::string& keyid,
                                  const trust::Key& key) {
  auto& delegations = roles_["targets"].delegations;
  if (!delegations) return;
  for (trust::DelegatedRole& child : delegations->roles) {
    const bool affected = std::ranges::any_of(
        child.keys.keyids, [&](const std::string& id) { return std::ranges::find(old, id) != old.end(); });
    if (!affected) continue;
    child.keys.keyids = {keyid};
    child.keys.threshold = 1;
    changed(child.name);
  }
  delegations->keys[keyid] = key;
  for (const std::string& id : old) delegations->keys.erase(id);
}

Result<Offer> Edit::sign(const KeyRing& keys) const {
  Offer offer{.metadata = {}, .blobs = blobs_};
  if (root_changed_) DROVER_TRY(sign_root(keys, offer));
  for (const std::string& name : changed_) DROVER_TRY(sign_role(name, keys, offer));
  return offer;
}

Status Edit::sign_root(const KeyRing& keys, Offer& offer) const {
  trust::Root root = root_;
  root.version = state_.root().version + 1;
  drover::repo::extend(root, now_, Lifetimes().root);
  trust::set_issued(root, now_);
  trust::Envelope envelope{.body = trust::to_json(root)};
  // The clients that know the old root must believe the new one (TUF 1.0.34 §5.3.4).
  DROVER_TRY(keys.sign_fully(envelope, state_.root().keys, state_.root().roles.at("root"), "root"));
  DROVER_TRY(keys.sign_fully(envelope, root.keys, root.roles.at("root"), "root"));
  offer.metadata[versioned_name("root", root.version)] = trust::to_text(envelope);
  return {};
}

Status Edit::sign_role(const std::string& name, const KeyRing& keys, Offer& offer) const {
  trust::Targets role = roles_.at(name);
  ++role.version;
  drover::repo::extend(role, now_, Lifetimes().targets);
  trust::set_issued(role, now_);
  trust::Envelope envelope{.body = trust::to_json(role)};
  if (name == "targets") {
    // With the old keys too, so that it holds under either root while they change.
    DROVER_TRY(keys.sign(envelope, state_.root().roles.at(name)));
    DROVER_TRY(keys.sign_fully(envelope, root_.keys, root_.roles.at(name), name));
  } else {
    for (const auto& [parent, targets] : roles_)
      if (targets.delegations)
        for (const trust::DelegatedRole& child : targets.delegations->roles)
          if (child.name == name)
            DROVER_TRY(keys.sign_fully(envelope, targets.delegations->keys, child.keys, name));
  }
  offer.metadata[versioned_name(name, role.version)] = trust::to_text(envelope);
  return {};
}

}  // namespace drover::repo
