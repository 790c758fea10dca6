#include "trust/metadata_parts.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "trust/fields.h"

namespace drover::trust::parts {
namespace {

using fields::bad;

constexpr std::size_t kKeysMax = 4096;
constexpr std::size_t kDelegationsMax = 65'536;

bool is_top_level(std::string_view role) {
  return role == "root" || role == "timestamp" || role == "snapshot" || role == "targets";
}

Result<DelegatedRole> read_delegated_role(const json& value) {
  DROVER_TRY(fields::object(value, "a delegated role"));
  DelegatedRole role;
  role.name = DROVER_TRY(fields::text_at(value, "name"));
  if (role.name.empty() || is_top_level(role.name))
    return bad(fmt::format("a delegated role must not be called \"{}\"", role.name));
  role.keys = DROVER_TRY(read_role_keys(value).in(role.name));
  role.terminating = DROVER_TRY(fields::bool_at(value, "terminating").in(role.name));
  if (value.contains("paths") == value.contains("path_hash_prefixes"))
    return bad(fmt::format("{}: has not exactly one of paths and path_hash_prefixes", role.name));
  if (value.contains("paths"))
    role.paths = DROVER_TRY(fields::texts_at(value, "paths").in(role.name));
  else
    role.path_hash_prefixes = DROVER_TRY(fields::texts_at(value, "path_hash_prefixes").in(role.name));
  role.keys.unknown = json::object();
  role.unknown =
      fields::unknown(value, {"name", "keyids", "threshold", "terminating", "paths", "path_hash_prefixes"});
  return role;
}

json write_delegated_role(const DelegatedRole& role) {
  json value = role.unknown;
  value["name"] = role.name;
  value["terminating"] = role.terminating;
  if (role.path_hash_prefixes.empty())
    value["paths"] = role.paths;
  else
    value["path_hash_prefixes"] = role.path_hash_prefixes;
  write_role_keys(value, role.keys);
  return value;
}

}  // namespace

Result<Keys> read_keys(const json& object) {
  if (object.size() > kKeysMax) return fail(Code::too_many, fmt::format("{} keys", object.size()));
  Keys keys;
  for (const auto& [keyid, value] : object.items()) {
    Result<Key> key = parse_key(value);
    if (!key) return bad(fmt::format("key {}: {}", keyid.substr(0, 80), key.error().text()));
    keys.emplace(keyid, std::move(*key));
  }
  return keys;
}

json write_keys(const Keys& keys) {
  json object = json::object();
  for (const auto& [keyid, key] : keys) object[keyid] = key.document;
  return object;
}

Result<RoleKeys> read_role_keys(const json& object) {
  RoleKeys role;
  role.keyids = DROVER_TRY(fields::texts_at(object, "keyids"));
  if (std::set<std::string>(role.keyids.begin(), role.keyids.end()).size() != role.keyids.size())
    return bad("a keyid stands twice in \"keyids\"");
  role.threshold = DROVER_TRY(fields::integer_at(object, "threshold", 1));
  role.unknown = fields::unknown(object, {"keyids", "threshold"});
  return role;
}

void write_role_keys(json& object, const RoleKeys& keys) {
  object.update(keys.unknown);
  object["keyids"] = keys.keyids;
  object["threshold"] = keys.threshold;
}

Result<Hashes> read_hashes(const json& object) {
  if (object.empty()) return bad("\"hashes\" is empty");
  Hashes hashes;
  for (const auto& [name, value] : object.items()) {
    if (!value.is_string()) return bad(fmt::format("the hash {} is not text", name.substr(0, 80)));
    hashes.emplace(name, value.get<std::string>());
  }
  return hashes;
}

Result<MetaFile> read_meta_file(const json& value) {
  DROVER_TRY(fields::object(value, "a file's entry"));
  MetaFile file;
  file.version = DROVER_TRY(fields::integer_at(value, "version", 1));
  if (value.contains("length"))
    file.length = static_cast<std::uint64_t>(DROVER_TRY(fields::integer_at(value, "length", 0)));
  if (value.contains("hashes")) {
    const json* hashes = DROVER_TRY(fields::object_at(value, "hashes"));
    file.hashes = DROVER_TRY(read_hashes(*hashes));
  }
  file.unknown = fields::unknown(value, {"version", "length", "hashes"});
  return file;
}

json write_meta_file(const MetaFile& file) {
  json value = file.unknown;
  value["version"] = file.version;
  if (file.length) value["length"] = *file.length;
  if (!file.hashes.empty()) value["hashes"] = file.hashes;
  return value;
}

Result<Delegations> read_delegations(const json& value) {
  DROVER_TRY(fields::object(value, "\"delegations\""));
  Delegations delegations;
  const json* keys = DROVER_TRY(fields::object_at(value, "keys"));
  delegations.keys = DROVER_TRY(read_keys(*keys));
  const json* roles = DROVER_TRY(fields::member(value, "roles"));
  if (!roles->is_array()) return bad("\"roles\" is not a list");
  if (roles->size() > kDelegationsMax) return fail(Code::too_many, fmt::format("{} roles", roles->size()));
  std::set<std::string> names;
  for (const json& role : *roles) {
    delegations.roles.push_back(DROVER_TRY(read_delegated_role(role)));
    if (!names.insert(delegations.roles.back().name).second)
      return bad(fmt::format("the role \"{}\" is delegated twice", delegations.roles.back().name));
  }
  delegations.unknown = fields::unknown(value, {"keys", "roles"});
  return delegations;
}

json write_delegations(const Delegations& delegations) {
  json value = delegations.unknown;
  value["keys"] = write_keys(delegations.keys);
  value["roles"] = json::array();
  for (const DelegatedRole& role : delegations.roles) value["roles"].push_back(write_delegated_role(role));
  return value;
}

}  // namespace drover::trust::parts
