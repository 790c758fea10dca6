#pragma once

#include <nlohmann/json.hpp>

#include "trust/metadata.h"

/// The pieces that several roles are made of: read and written in one place.
namespace drover::trust::parts {

using nlohmann::json;

Result<Keys> read_keys(const json& object);
json write_keys(const Keys& keys);
/// Also a delegated role's, whose other members are then in `unknown`.
Result<RoleKeys> read_role_keys(const json& object);
void write_role_keys(json& object, const RoleKeys& keys);
Result<Hashes> read_hashes(const json& object);
Result<MetaFile> read_meta_file(const json& value);
json write_meta_file(const MetaFile& file);
Result<Delegations> read_delegations(const json& value);
json write_delegations(const Delegations& delegations);

}  // namespace drover::trust::parts
