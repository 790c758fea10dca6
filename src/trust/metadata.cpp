#include "trust/metadata.h"

#include <fmt/format.h>

#include "trust/fields.h"
#include "trust/metadata_parts.h"

namespace drover::trust {
namespace {

using fields::bad;
using nlohmann::json;

/// §4.2: we read what our own major version wrote.
bool is_supported(std::string_view spec_version) { return spec_version.starts_with("1."); }

/// Dates are whole seconds (§4.2.1). Some writers (tuf-js) put a fraction into them; without it nothing lives
/// longer.
std::string without_fraction(std::string date) {
  const std::size_t point = date.find('.');
  if (point == std::string::npos || !date.ends_with('Z')) return date;
  const std::string_view digits = std::string_view(date).substr(point + 1, date.size() - point - 2);
  if (digits.empty() || digits.size() > 9 || digits.find_first_not_of("0123456789") != digits.npos)
    return date;
  return date.substr(0, point) + "Z";
}

template <class Role>
Result<Role> read_common(const json& body) {
  DROVER_TRY(fields::object(body, "\"signed\""));
  Role role;
  const std::string type = DROVER_TRY(fields::text_at(body, "_type"));
  if (type != Role::kType)
    return bad(fmt::format("is of type \"{}\", not {}", type.substr(0, 80), Role::kType));
  role.spec_version = DROVER_TRY(fields::text_at(body, "spec_version"));
  if (!is_supported(role.spec_version))
    return bad(fmt::format("specification version \"{}\" is not 1.x", role.spec_version.substr(0, 80)));
  role.version = DROVER_TRY(fields::integer_at(body, "version", 1));
  const std::string date = DROVER_TRY(fields::text_at(body, "expires"));
  Result<UnixTime> expires = parse_time(without_fraction(date));
  if (!expires) return bad(fmt::format("expires: {}", expires.error().text()));
  role.expires = *expires;
  return role;
}

template <class Role>
json write_common(const Role& role) {
  json body = role.unknown;
  body["_type"] = Role::kType;
  body["spec_version"] = role.spec_version;
  body["version"] = role.version;
  body["expires"] = format_time(role.expires);
  return body;
}

Result<TargetFile> read_target(const json& value) {
  DROVER_TRY(fields::object(value, "a target"));
  TargetFile file;
  file.length = static_cast<std::uint64_t>(DROVER_TRY(fields::integer_at(value, "length", 0)));
  const json* hashes = DROVER_TRY(fields::object_at(value, "hashes"));
  file.hashes = DROVER_TRY(parts::read_hashes(*hashes));
  if (value.contains("custom")) file.custom = value["custom"];
  file.unknown = fields::unknown(value, {"length", "hashes", "custom"});
  return file;
}

json write_target(const TargetFile& file) {
  json value = file.unknown;
  value["length"] = file.length;
  value["hashes"] = file.hashes;
  if (!file.custom.is_null()) value["custom"] = file.custom;
  return value;
}

}  // namespace

template <>
Result<Root> read_signed<Root>(const json& body) {
  Root root = DROVER_TRY(read_common<Root>(body));
  root.consistent_snapshot =
      body.contains("consistent_snapshot") && DROVER_TRY(fields::bool_at(body, "consistent_snapshot"));
  const json* keys = DROVER_TRY(fields::object_at(body, "keys"));
  root.keys = DROVER_TRY(parts::read_keys(*keys));
  const json* roles = DROVER_TRY(fields::object_at(body, "roles"));
  for (const auto& [name, value] : roles->items()) {
    DROVER_TRY(fields::object(value, name));
    root.roles.emplace(name, DROVER_TRY(parts::read_role_keys(value).in(name)));
  }
  for (const char* name : {"root", "timestamp", "snapshot", "targets"})
    if (!root.roles.contains(name)) return bad(fmt::format("roles: \"{}\" is missing", name));
  root.unknown = fields::unknown(
      body, {"_type", "spec_version", "version", "expires", "consistent_snapshot", "keys", "roles"});
  return root;
}

template <>
Result<Timestamp> read_signed<Timestamp>(const json& body) {
  Timestamp timestamp = DROVER_TRY(read_common<Timestamp>(body));
  const json* meta = DROVER_TRY(fields::object_at(body, "meta"));
  if (meta->size() != 1) return bad("\"meta\" names something beside snapshot.json");
  const json* snapshot = DROVER_TRY(fields::member(*meta, "snapshot.json"));
  timestamp.snapshot = DROVER_TRY(parts::read_meta_file(*snapshot).in("snapshot.json"));
  timestamp.unknown = fields::unknown(body, {"_type", "spec_version", "version", "expires", "meta"});
  return timestamp;
}

template <>
Result<Snapshot> read_signed<Snapshot>(const json& body) {
  Snapshot snapshot = DROVER_TRY(read_common<Snapshot>(body));
  const json* meta = DROVER_TRY(fields::object_at(body, "meta"));
  for (const auto& [name, value] : meta->items())
    snapshot.meta.emplace(name, DROVER_TRY(parts::read_meta_file(value).in(name)));
  snapshot.unknown = fields::unknown(body, {"_type", "spec_version", "version", "expires", "meta"});
  return snapshot;
}

template <>
Result<Targets> read_signed<Targets>(const json& body) {
  Targets targets = DROVER_TRY(read_common<Targets>(body));
  const json* files = DROVER_TRY(fields::object_at(body, "targets"));
  for (const auto& [path, value] : files->items())
    targets.targets.emplace(path, DROVER_TRY(read_target(value).in(path)));
  if (body.contains("delegations"))
    targets.delegations = DROVER_TRY(parts::read_delegations(body["delegations"]).in("delegations"));
  targets.unknown =
      fields::unknown(body, {"_type", "spec_version", "version", "expires", "targets", "delegations"});
  return targets;
}

json to_json(const Root& role) {
  json body = write_common(role);
  body["consistent_snapshot"] = role.consistent_snapshot;
  body["keys"] = parts::write_keys(role.keys);
  body["roles"] = json::object();
  for (const auto& [name, keys] : role.roles) {
    body["roles"][name] = json::object();
    parts::write_role_keys(body["roles"][name], keys);
  }
  return body;
}

json to_json(const Timestamp& role) {
  json body = write_common(role);
  body["meta"] = {{"snapshot.json", parts::write_meta_file(role.snapshot)}};
  return body;
}

json to_json(const Snapshot& role) {
  json body = write_common(role);
  body["meta"] = json::object();
  for (const auto& [name, file] : role.meta) body["meta"][name] = parts::write_meta_file(file);
  return body;
}

json to_json(const Targets& role) {
  json body = write_common(role);
  body["targets"] = json::object();
  for (const auto& [path, file] : role.targets) body["targets"][path] = write_target(file);
  if (role.delegations) body["delegations"] = parts::write_delegations(*role.delegations);
  return body;
}

const json* drover_custom(const Common& role) {
  const auto custom = role.unknown.find("custom");
  if (custom == role.unknown.end() || !custom->is_object()) return nullptr;
  const auto drover = custom->find("drover");
  return drover == custom->end() || !drover->is_object() ? nullptr : &*drover;
}

json& drover_custom_of(Common& role) {
  json& custom = role.unknown["custom"];
  if (!custom.is_object()) custom = json::object();
  json& drover = custom["drover"];
  if (!drover.is_object()) drover = json::object();
  return drover;
}

std::optional<UnixTime> issued(const Common& role) {
  const json* drover = drover_custom(role);
  if (drover == nullptr) return std::nullopt;
  const auto found = drover->find("issued");
  if (found == drover->end() || !found->is_string()) return std::nullopt;
  const Result<UnixTime> time = parse_time(found->get_ref<const std::string&>());
  return time ? std::optional(*time) : std::nullopt;
}

void set_issued(Common& role, UnixTime time) { drover_custom_of(role)["issued"] = format_time(time); }

}  // namespace drover::trust
