#include "policy/policy.h"

#include <fmt/format.h>

#include "base/toml.h"
#include "policy/place.h"
#include "policy/read_parts.h"
#include "policy/toml_value.h"

namespace drover::policy {
namespace {

constexpr std::size_t kBytesMax = 64 * 1024;

using ReadPart = Status (*)(const toml::key& key, const toml::node& value, std::string_view document,
                            Policy& policy);

/// What an operator may change on a device.
Status read_watching(const toml::key& key, const toml::node& value, std::string_view document,
                     Policy& policy) {
  if (key.str() == "rule") return read_rules(value, document, policy);
  if (key.str() == "detector") return read_detectors(value, policy);
  return bad_at(place_of(key), fmt::format("unknown key: {}", key.str()));
}

Status read_any(const toml::key& key, const toml::node& value, std::string_view document, Policy& policy) {
  if (key.str() == "probation") return read_probation(value, policy);
  if (key.str() == "retrain") return read_retrain(value, policy);
  if (key.str() == "sensor") return read_sensors(value, policy);
  if (key.str() == "override") return read_override(value, policy);
  return read_watching(key, value, document, policy);
}

Result<Policy> read_document(std::string_view document, Policy policy, ReadPart read_part) {
  if (document.size() > kBytesMax)
    return fail(Code::too_large,
                fmt::format("a policy has at most {} bytes, this one {}", kBytesMax, document.size()));
  try {
    const toml::table parts = toml::parse(document);
    for (const auto& [key, value] : parts) DROVER_TRY(read_part(key, value, document, policy));
    return policy;
  } catch (const toml::parse_error& error) {
    return bad_at({error.source().begin.line, error.source().begin.column}, error.description());
  }
}

}  // namespace

std::string_view default_policy_text() {
  return R"([probation]
duration = "10m"
min_samples = 100
min_labels = 50
max_increase = 0.1
min_absolute = 0.005
confidence_drop_max = 0.15
latency_increase_max = 1.0
drift = false
adopt_within = "5m"
crash_max = 0
rule = "plain"
alpha = 0.01

[[detector]]
name = "drift"
detector = "urn"
on = ["*"]
set = { alpha = 0.01, tolerance = 0.02 }
thin = true
action = ["alert"]
)";
}

Policy default_policy() {
  return {.detectors = {{.name = "drift", .settings = {{"alpha", 0.01}, {"tolerance", 0.02}}}}};
}

Result<Policy> parse_policy(std::string_view toml) {
  Policy policy = DROVER_TRY(read_document(toml, default_policy(), read_any));
  DROVER_TRY(check_whole(policy));
  return policy;
}

Result<Policy> read_overrides(std::string_view document) {
  Policy policy = DROVER_TRY(read_document(document, {}, read_watching));
  DROVER_TRY(check_names(policy));
  return policy;
}

}  // namespace drover::policy
