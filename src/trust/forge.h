#pragma once

#include <functional>
#include <map>
#include <string>

#include "trust/envelope.h"
#include "trust/trusted_set.h"

/// For tests: a whole repository's metadata in memory, which a test then spoils in one place.
namespace drover::trust {

inline UnixTime test_time(std::string_view text = "2026-06-01T00:00:00Z") { return *parse_time(text); }

struct Forge {
  std::map<std::string, PrivateKey> keys;  // role → its key
  Root root;
  Timestamp timestamp;
  Snapshot snapshot;
  std::map<std::string, Targets> roles;      // "targets" and the delegated ones
  std::map<std::string, std::string> files;  // what a server has under metadata/
  bool lengths = true;
  bool hashes = true;  // whether timestamp and snapshot name them

  Forge() {
    for (const char* role : {"root", "timestamp", "snapshot", "targets"}) give_key(role);
    root.expires = timestamp.expires = snapshot.expires = test_time("2026-07-01T00:00:00Z");
    roles["targets"].expires = root.expires;
    write_root();
    publish();
  }

  static const PrivateKey& spare_key(const std::string& name) {
    static std::map<std::string, PrivateKey> made;  // keys cost time, and which they are does not matter
    return made.try_emplace(name, PrivateKey::generate()).first->second;
  }

  void give_key(const std::string& role, const std::string& name = {}) {
    keys.insert_or_assign(role, spare_key(name.empty() ? role : name));
    const PrivateKey& key = keys.at(role);
    root.keys[key.keyid()] = key.public_key();
    root.roles[role] = RoleKeys{.keyids = {key.keyid()}, .threshold = 1};
  }

  /// A role that `parent` delegates to, with a key of its own.
  Targets& delegate(const std::string& name, std::vector<std::string> paths, bool terminating = false,
                    const std::string& parent = "targets") {
    keys.insert_or_assign(name, spare_key(name));
    const PrivateKey& key = keys.at(name);
    auto& delegations = roles[parent].delegations;
    if (!delegations) delegations.emplace();
    delegations->keys[key.keyid()] = key.public_key();
    delegations->roles.push_back({.name = name,
                                  .keys = {.keyids = {key.keyid()}},
                                  .paths = std::move(paths),
                                  .path_hash_prefixes = {},
                                  .terminating = terminating});
    roles[name].expires = roles["targets"].expires;
    return roles[name];
  }

  void add_target(const std::string& role, const std::string& path, std::string_view content = "content") {
    roles[role].targets[path] = {
        .length = content.size(), .hashes = hashes_of(as_bytes(content)), .custom = {}};
  }

  std::string signed_by(const auto& role, const std::string& name) const {
    return *sign(role, std::vector<PrivateKey>{keys.at(name)});
  }

  void write_root() { files[file(root.version, "root")] = signed_by(root, "root"); }
  /// The next root, signed by the root key before it and by the one that it names.
  void rotate_root(const std::function<void()>& change) {
    const PrivateKey old = keys.at("root");
    change();
    ++root.version;
    files[file(root.version, "root")] = *sign(root, std::vector<PrivateKey>{old, keys.at("root")});
  }

  static std::string file(std::int64_t version, const std::string& role) {
    return std::to_string(version) + "." + role + ".json";
  }
  [[nodiscard]] MetaFile meta(std::int64_t version, const std::string& text) const {
    MetaFile file{.version = version};
    if (hashes) file.hashes = hashes_of(as_bytes(text));
    if (hashes && lengths) file.length = text.size();
    return file;
  }

  void write_role(const std::string& name) {
    const Targets& role = roles.at(name);
    const std::string text = signed_by(role, name);
    files[file(role.version, name)] = text;
    snapshot.meta[name + ".json"] = meta(role.version, text);
  }
  void write_roles() {
    for (const auto& [name, role] : roles) write_role(name);
  }
  void write_snapshot() {
    const std::string text = signed_by(snapshot, "snapshot");
    files[file(snapshot.version, "snapshot")] = text;
    timestamp.snapshot = meta(snapshot.version, text);
  }
  void write_timestamp() { files["timestamp.json"] = signed_by(timestamp, "timestamp"); }
  void publish() {
    write_roles();
    write_snapshot();
    write_timestamp();
  }
  /// publish() with all versions one higher.
  void publish_next() {
    for (auto& [name, role] : roles) ++role.version;
    ++snapshot.version;
    ++timestamp.version;
    publish();
  }

  [[nodiscard]] const std::string& at(const std::string& name) const { return files.at(name); }
};

}  // namespace drover::trust
