#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "base/clock.h"
#include "base/result.h"
#include "trust/hashes.h"
#include "trust/keys.h"

namespace drover::trust {

/// The `signed` parts of TUF 1.0.34 §4. Every struct keeps in `unknown` the members that it does not know, so
/// that what is read and written again loses nothing.

/// Who may sign a role, and how many of them must (§4.3).
struct RoleKeys {
  std::vector<std::string> keyids = {};
  std::int64_t threshold = 1;
  nlohmann::json unknown = nlohmann::json::object();
};

/// What every role has (§4.2).
struct Common {
  std::string spec_version = "1.0.34";
  std::int64_t version = 1;
  UnixTime expires{};
  nlohmann::json unknown = nlohmann::json::object();
};

struct Root : Common {
  static constexpr std::string_view kType = "root";
  bool consistent_snapshot = true;
  Keys keys = {};
  std::map<std::string, RoleKeys> roles;  // the four at least
};

/// What timestamp says of the snapshot and snapshot of each targets role.
struct MetaFile {
  std::int64_t version = 1;
  std::optional<std::uint64_t> length = {};
  Hashes hashes = {};  // may be empty
  nlohmann::json unknown = nlohmann::json::object();
};

struct Timestamp : Common {
  static constexpr std::string_view kType = "timestamp";
  MetaFile snapshot;
};

struct Snapshot : Common {
  static constexpr std::string_view kType = "snapshot";
  std::map<std::string, MetaFile> meta;  // "targets.json", "ROLE.json"
};

struct TargetFile {
  std::uint64_t length = 0;
  Hashes hashes = {};
  nlohmann::json custom = {};  // null when there is none
  nlohmann::json unknown = nlohmann::json::object();
};

struct DelegatedRole {
  std::string name = {};
  RoleKeys keys = {};
  std::vector<std::string> paths = {};               // either these …
  std::vector<std::string> path_hash_prefixes = {};  // … or these
  bool terminating = false;
  nlohmann::json unknown = nlohmann::json::object();
};

struct Delegations {
  Keys keys = {};
  std::vector<DelegatedRole> roles = {};  // in order of priority
  nlohmann::json unknown = nlohmann::json::object();
};

struct Targets : Common {
  static constexpr std::string_view kType = "targets";
  std::map<std::string, TargetFile> targets;
  std::optional<Delegations> delegations;
};

/// Reads the `signed` part of a file; bad_metadata names the member at fault.
template <class Role>
Result<Role> read_signed(const nlohmann::json& body);
template <>
Result<Root> read_signed<Root>(const nlohmann::json& body);
template <>
Result<Timestamp> read_signed<Timestamp>(const nlohmann::json& body);
template <>
Result<Snapshot> read_signed<Snapshot>(const nlohmann::json& body);
template <>
Result<Targets> read_signed<Targets>(const nlohmann::json& body);

nlohmann::json to_json(const Root& role);
nlohmann::json to_json(const Timestamp& role);
nlohmann::json to_json(const Snapshot& role);
nlohmann::json to_json(const Targets& role);

/// `custom.drover` of the signed part, where Drover keeps facts of its own; null when there is none.
const nlohmann::json* drover_custom(const Common& role);
/// The same, made when absent.
nlohmann::json& drover_custom_of(Common& role);

/// When the role was signed, by the signer's clock: `custom.drover.issued` in the signed part, which we write
/// into whatever an offline key signs. A trusted-time floor takes the newest of them.
std::optional<UnixTime> issued(const Common& role);
void set_issued(Common& role, UnixTime time);

}  // namespace drover::trust
