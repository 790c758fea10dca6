#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "bundle/manifest_json.h"

namespace drover::bundle {
namespace {

nlohmann::ordered_json specs_json(const std::vector<TensorSpec>& specs) {
  auto array = nlohmann::ordered_json::array();
  for (const TensorSpec& spec : specs)
    array.push_back({{"name", spec.name}, {"dtype", tables::name(spec.dtype)}, {"shape", spec.shape}});
  return array;
}

nlohmann::ordered_json members_json(const std::map<std::string, Member>& members) {
  auto object = nlohmann::ordered_json::object();
  for (const auto& [path, member] : members)
    object[path] = {{"sha256", member.sha256.hex()}, {"size", member.size}};
  return object;
}

nlohmann::ordered_json limits_json(const Limits& limits) {
  auto object = nlohmann::ordered_json::object();
  if (limits.latency_ms_max) object["latency_ms_max"] = *limits.latency_ms_max;
  if (limits.memory_mb_max) object["memory_mb_max"] = *limits.memory_mb_max;
  return object;
}

}  // namespace

std::string_view name(Samples samples) { return samples == Samples::images ? "images" : "tensors"; }

std::string Manifest::title() const {
  return fmt::format("{}-{}{}{}", name.str(), version.str(), variant.empty() ? "" : "+", variant);
}

std::string to_json(const Manifest& manifest) {
  nlohmann::ordered_json document = {
      {"schema", Manifest::kSchema}, {"name", manifest.name.str()}, {"version", manifest.version.str()}};
  if (!manifest.variant.empty()) document["variant"] = manifest.variant;
  document["created"] = format_time(manifest.created);
  document["notes"] = manifest.notes;
  document["inputs"] = specs_json(manifest.inputs);
  document["outputs"] = specs_json(manifest.outputs);
  document["labels"] = manifest.labels;
  if (manifest.preprocess) document["preprocess"] = preprocess_json(*manifest.preprocess);
  document["samples"] = name(manifest.samples);
  document["requires"] = nlohmann::ordered_json::object();
  for (const auto& [key, value] : manifest.requirements) document["requires"][key] = value;
  document["limits"] = limits_json(manifest.limits);
  if (const auto& delegation = manifest.delegation)
    document["delegation"] = {{"nodes", delegation->nodes}, {"nodes_delegated", delegation->nodes_delegated}};
  document["members"] = members_json(manifest.members);
  return document.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

}  // namespace drover::bundle
