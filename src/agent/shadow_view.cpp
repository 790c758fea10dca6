#include "agent/shadow_view.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/canonical_json.h"

namespace drover::agent {
namespace {

using nlohmann::json;

/// The object at `key`, or null.
const json* object_in(const json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_object() ? &*found : nullptr;
}

Result<lifecycle::Assignment> read_assignment(const json& entry) {
  if (!entry.is_object() || !entry.contains("version") || !entry["version"].is_string())
    return fail(Code::bad_response, "expected {\"version\":\"1.2.3\",\"order\":N}");
  lifecycle::Assignment assignment;
  assignment.version = DROVER_TRY(Version::parse(entry["version"].get<std::string>()));
  if (entry.contains("order")) {
    if (!entry["order"].is_number_unsigned()) return fail(Code::bad_response, "order is not a whole number");
    assignment.order = entry["order"].get<std::uint64_t>();
  }
  return assignment;
}

}  // namespace

std::optional<Error> stale(const ModelName& model, const lifecycle::Assignment& assignment,
                           std::optional<std::uint64_t> reached) {
  if (assignment.order >= reached.value_or(0)) return std::nullopt;
  return Error{
      Code::conflict,
      fmt::format("desired.models.{}: {} has the order {}, and this device has taken up the order {}; "
                  "assign it again",
                  model.str(), assignment.version.str(), assignment.order, *reached)};
}

Result<ShadowView> read_shadow(std::string_view body) {
  const json document = DROVER_TRY(parse_json(body).in("the shadow"));
  const json* state = document.is_object() ? object_in(document, "state") : nullptr;
  if (state == nullptr || !document.contains("desired_version") ||
      !document["desired_version"].is_number_unsigned())
    return fail(Code::bad_response, "the server's shadow lacks state or desired_version");
  ShadowView view;
  view.desired_version = document["desired_version"].get<std::uint64_t>();
  const json* desired = object_in(*state, "desired");
  const json* models = desired != nullptr ? object_in(*desired, "models") : nullptr;
  if (models == nullptr) return view;
  for (const auto& [name, entry] : models->items()) {
    const auto model = ModelName::parse(name);
    auto assignment = read_assignment(entry).in("desired.models." + name);
    if (!model)
      view.refused.emplace(name, model.error());
    else if (!assignment)
      view.refused.emplace(name, assignment.error());
    else
      view.desired.emplace(*model, *assignment);
  }
  return view;
}

}  // namespace drover::agent
