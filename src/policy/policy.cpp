#include "policy/policy.h"

#include <fmt/format.h>

#include "base/toml.h"
#include "policy/place.h"
#include "policy/read_parts.h"
#include "policy/toml_value.h"

namespace drover::policy {
namespace {

constexpr std::size_t kBytesMax = 64 * 1024;

Status read_part(const toml::key& key, const toml::node& value, std::string_view document, Policy& policy) {
  if (key.str() == "probation") return read_probation(value, policy);
  if (key.str() == "rule") return read_rules(value, document, policy);
  return bad_at(place_of(key), fmt::format("unknown key: {}", key.str()));
}

Result<Policy> read_policy(std::string_view document) {
  const toml::table parts = toml::parse(document);
  Policy policy = default_policy();
  for (const auto& [key, value] : parts) DROVER_TRY(read_part(key, value, document, policy));
  DROVER_TRY(check_whole(policy));
  return policy;
}

}  // namespace

Policy default_policy() { return {}; }

Result<Policy> parse_policy(std::string_view toml) {
  if (toml.size() > kBytesMax)
    return fail(Code::too_large,
                fmt::format("a policy has at most {} bytes, this one {}", kBytesMax, toml.size()));
  try {
    return read_policy(toml);
  } catch (const toml::parse_error& error) {
    return bad_at({error.source().begin.line, error.source().begin.column}, error.description());
  }
}

}  // namespace drover::policy
