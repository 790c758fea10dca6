#pragma once

// Inside policy only: what [[rule]] and [[detector]] have in common.
#include "policy/action.h"
#include "policy/toml_value.h"

namespace drover::policy {

inline constexpr std::size_t kNamedBytesMax = 64;

/// [a-z0-9-]{1,64}
Result<std::string> read_name(const toml::node& node, std::string_view key);
/// ["alert", "rollback"]: at least one, each once.
Result<Actions> read_actions(const toml::node& node, std::string_view key);
/// `node` as the list of tables that people write as [[key]]: at most `count_max`.
Result<const toml::array*> read_tables(const toml::node& node, std::string_view key, std::size_t count_max);
/// Fails at the table where one of the keys is not there.
Status require(const toml::table& table, std::string_view name, std::initializer_list<std::string_view> keys);

}  // namespace drover::policy
