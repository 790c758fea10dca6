// Who must sign what an edit changed.
#include <algorithm>

#include "repo/edit.h"
#include "repo/lifetime.h"
#include "repo/repository_files.h"

namespace drover::repo {

Draft Edit::draft() const {
  Draft draft{.pieces = {}, .blobs = blobs_};
  if (root_changed_) draft.pieces.push_back(draft_root());
  for (const std::string& name : changed_) draft.pieces.push_back(draft_role(name));
  return draft;
}

Result<Offer> Edit::sign(const KeyRing& keys) const {
  Draft made = draft();
  DROVER_TRY(drover::repo::sign(made, keys));
  return complete(made);
}

/// The clients that know the old root must believe the new one (TUF 1.0.34 §5.3.4).
Draft::Piece Edit::draft_root() const {
  trust::Root root = root_;
  root.version = state_.root().version + 1;
  drover::repo::extend(root, now_, Lifetimes().root);
  trust::set_issued(root, now_);
  return {.file = versioned_name("root", root.version),
          .envelope = {.body = trust::to_json(root)},
          .signers = {{.role = "root", .keys = state_.root().keys, .by = state_.root().roles.at("root")},
                      {.role = "root", .keys = root.keys, .by = root.roles.at("root")}}};
}

Draft::Piece Edit::draft_role(const std::string& name) const {
  trust::Targets role = roles_.at(name);
  ++role.version;
  drover::repo::extend(role, now_, Lifetimes().targets);
  trust::set_issued(role, now_);
  Draft::Piece piece{
      .file = versioned_name(name, role.version), .envelope = {.body = trust::to_json(role)}, .signers = {}};
  if (name == "targets") {
    // With the old keys too, so that it holds under either root while they change.
    if (root_changed_)
      piece.signers.push_back(
          {.role = name, .keys = state_.root().keys, .by = state_.root().roles.at(name), .is_needed = false});
    piece.signers.push_back({.role = name, .keys = root_.keys, .by = root_.roles.at(name)});
    return piece;
  }
  for (const auto& [parent, targets] : roles_)
    if (targets.delegations)
      for (const trust::DelegatedRole& child : targets.delegations->roles)
        if (child.name == name)
          piece.signers.push_back({.role = name, .keys = targets.delegations->keys, .by = child.keys});
  return piece;
}

}  // namespace drover::repo
