#include "bundle/manifest.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include <nlohmann/json.hpp>

#include "base/canonical_json.h"
#include "bundle/manifest_json.h"

namespace drover::bundle {
namespace {

using nlohmann::json;

constexpr std::array<std::string_view, 11> kMemberPaths = {
    kModelPath,           "baseline.json",      "policy.toml",        "golden/inputs.npy",
    "golden/inputs.npz",  "golden/outputs.npy", "golden/outputs.npz", "golden/tolerance.json",
    "holdout/inputs.npy", "holdout/inputs.npz", "holdout/labels.npy"};
constexpr std::array<std::string_view, 4> kNeeded = {kModelPath, "golden/inputs", "golden/outputs",
                                                     "golden/tolerance.json"};
constexpr std::array<std::string_view, 5> kRequirements = {"arch", "runtime", "delegate", "memory_mb",
                                                           "labels"};

Result<TensorSpec> read_spec(const json& value, const std::string& place) {
  JsonFields fields = DROVER_TRY(JsonFields::of(value, place, Code::bad_manifest));
  TensorSpec spec;
  spec.name = DROVER_TRY(fields.text("name", 256));
  const std::string dtype = DROVER_TRY(fields.text("dtype"));
  const auto known = tables::dtype_named(dtype);
  if (!known) return fields.bad("dtype", fmt::format("\"{}\" is not an element type", dtype.substr(0, 40)));
  spec.dtype = *known;
  for (const json& size : *DROVER_TRY(fields.array("shape", 8))) {
    if (!size.is_number_integer() || size < -1 || size > std::int64_t{1} << 31)
      return fields.bad("shape", "sizes of 0 to 2^31 expected, or -1 for a free one");
    spec.shape.push_back(size.get<std::int64_t>());
  }
  DROVER_TRY(fields.done());
  return spec;
}

Result<std::vector<TensorSpec>> read_specs(JsonFields& fields, std::string_view key) {
  std::vector<TensorSpec> specs;
  const json* array = DROVER_TRY(fields.array(key, 64));
  for (std::size_t i = 0; i < array->size(); ++i)
    specs.push_back(DROVER_TRY(read_spec((*array)[i], fmt::format("{}[{}]", key, i))));
  if (specs.empty()) return fields.bad(key, "at least one expected");
  return specs;
}

Result<std::vector<std::string>> read_labels(JsonFields& fields) {
  std::vector<std::string> labels;
  if (!fields.has("labels")) return labels;
  for (const json& label : *DROVER_TRY(fields.array("labels", 4096))) {
    if (!label.is_string() || label.get_ref<const std::string&>().size() > 256)
      return fields.bad("labels", "strings of at most 256 bytes expected");
    labels.push_back(label.get<std::string>());
  }
  return labels;
}

Result<std::map<std::string, std::string>> read_requirements(JsonFields& fields) {
  std::map<std::string, std::string> requirements;
  if (!fields.has("requires")) return requirements;
  const json* object = DROVER_TRY(fields.object("requires", 64));
  JsonFields inner = DROVER_TRY(JsonFields::of(*object, "requires", Code::bad_manifest));
  for (const auto& [key, unused] : object->items()) {
    const std::string value = DROVER_TRY(inner.text(key, kRequirementBytesMax));
    if (const std::string fault = requirement_fault(key, value); !fault.empty())
      return inner.bad(key.substr(0, 80), fault);
    requirements[key] = value;
  }
  return requirements;
}

Result<Limits> read_limits(JsonFields& fields) {
  Limits limits;
  if (!fields.has("limits")) return limits;
  const json* object = DROVER_TRY(fields.object("limits", 16));
  JsonFields inner = DROVER_TRY(JsonFields::of(*object, "limits", Code::bad_manifest));
  if (inner.has("latency_ms_max")) {
    limits.latency_ms_max = DROVER_TRY(inner.number("latency_ms_max"));
    if (!(*limits.latency_ms_max > 0)) return inner.bad("latency_ms_max", "more than 0 expected");
  }
  if (inner.has("memory_mb_max"))
    limits.memory_mb_max = DROVER_TRY(inner.unsigned_number("memory_mb_max", 1 << 20));
  DROVER_TRY(inner.done());
  return limits;
}

Result<std::optional<Delegation>> read_delegation(JsonFields& fields) {
  if (!fields.has("delegation")) return std::nullopt;
  const json* object = DROVER_TRY(fields.value("delegation"));
  JsonFields inner = DROVER_TRY(JsonFields::of(*object, "delegation", Code::bad_manifest));
  Delegation delegation;
  delegation.nodes = DROVER_TRY(inner.unsigned_number("nodes", 1'000'000));
  delegation.nodes_delegated = DROVER_TRY(inner.unsigned_number("nodes_delegated", delegation.nodes));
  DROVER_TRY(inner.done());
  return delegation;
}

Result<Member> read_member(const json& value, const std::string& place) {
  JsonFields fields = DROVER_TRY(JsonFields::of(value, place, Code::bad_manifest));
  const auto digest = parse_digest(DROVER_TRY(fields.text("sha256")));
  if (!digest) return fields.bad("sha256", "64 hexadecimal digits expected");
  const Member member{*digest, DROVER_TRY(fields.unsigned_number("size", std::uint64_t{1} << 40))};
  DROVER_TRY(fields.done());
  return member;
}

Result<std::map<std::string, Member>> read_members(JsonFields& fields) {
  std::map<std::string, Member> members;
  for (const auto& [path, value] : DROVER_TRY(fields.object("members", kMemberPaths.size()))->items()) {
    const std::string place = fmt::format("members[\"{}\"]", path.substr(0, 80));
    if (!is_member_path(path)) return fail(Code::bad_manifest, place + ": a bundle has no such member");
    members[path] = DROVER_TRY(read_member(value, place));
  }
  return members;
}

template <class T>
Result<T> parsed(JsonFields& fields, std::string_view key) {
  auto value = T::parse(DROVER_TRY(fields.text(key)));
  if (!value) return fields.bad(key, value.error().message);
  return *value;
}

Result<UnixTime> read_time(JsonFields& fields, std::string_view key) {
  const auto time = parse_time(DROVER_TRY(fields.text(key)));
  if (!time) return fields.bad(key, "a date such as 2026-01-31T12:00:00Z expected");
  return *time;
}

Result<std::string> read_variant(JsonFields& fields) {
  if (!fields.has("variant")) return std::string();
  return DROVER_TRY(parsed<ModelName>(fields, "variant")).str();
}

Result<Samples> read_samples(JsonFields& fields) {
  if (!fields.has("samples")) return Samples::tensors;
  const std::string text = DROVER_TRY(fields.text("samples"));
  if (text == "tensors") return Samples::tensors;
  if (text == "images") return Samples::images;
  return fields.bad("samples", "\"tensors\" or \"images\" expected");
}

Status check_schema(JsonFields& fields) {
  const std::uint64_t schema = DROVER_TRY(fields.unsigned_number("schema"));
  if (schema == Manifest::kSchema) return {};
  return fail(Code::unsupported, fmt::format("schema: {}; this build reads {}. Install a newer Drover",
                                             schema, Manifest::kSchema));
}

/// What the single fields cannot say.
Status check_whole(const Manifest& manifest) {
  if (manifest.samples == Samples::images && !manifest.preprocess)
    return fail(Code::bad_manifest, "samples: \"images\" needs the field preprocess");
  for (const std::string_view path : kNeeded)
    if (!manifest.members.contains(std::string(path)) && !table_path(manifest, path))
      return fail(Code::bad_manifest, fmt::format("members: {} is missing", path));
  for (const std::string_view stem : {"golden/inputs", "golden/outputs", "holdout/inputs"})
    if (manifest.members.contains(fmt::format("{}.npy", stem)) &&
        manifest.members.contains(fmt::format("{}.npz", stem)))
      return fail(Code::bad_manifest, fmt::format("members: {} stands there as .npy and as .npz", stem));
  if (table_path(manifest, "holdout/inputs").has_value() != manifest.members.contains("holdout/labels.npy"))
    return fail(Code::bad_manifest, "members: a holdout has inputs and labels, or is not there");
  return {};
}

}  // namespace

std::string requirement_fault(const std::string& key, const std::string& value) {
  const bool label = key.starts_with("label.") && key.size() > 6;
  if (!label && std::ranges::find(kRequirements, key) == kRequirements.end())
    return fmt::format("unknown; known are {} and label.KEY", fmt::join(kRequirements, ", "));
  if (value.empty()) return "a value expected";
  if (value.size() > kRequirementBytesMax)
    return fmt::format("at most {} bytes expected", kRequirementBytesMax);
  const bool is_number = std::ranges::all_of(value, [](char c) { return c >= '0' && c <= '9'; });
  if (key == "memory_mb" && (value.size() > 9 || !is_number)) return "a whole number of MiB expected";
  if (key == "delegate" && value.find_first_of(", ") != std::string::npos)
    return "one delegate expected: a model runs on one";
  return {};
}

bool is_member_path(std::string_view path) {
  return std::ranges::find(kMemberPaths, path) != kMemberPaths.end();
}

std::optional<std::string> table_path(const Manifest& manifest, std::string_view stem) {
  for (const char* ending : {".npy", ".npz"})
    if (std::string path = std::string(stem) + ending; manifest.members.contains(path)) return path;
  return std::nullopt;
}

bool falls_short(const Delegation& here, const Delegation& packed) {
  constexpr double kSlack = 0.1 + 1e-9;
  const auto share = [](const Delegation& of) {
    return of.nodes == 0 ? 0 : static_cast<double>(of.nodes_delegated) / static_cast<double>(of.nodes);
  };
  return share(here) < share(packed) - kSlack;
}

Result<Manifest> parse_manifest(std::string_view text) {
  const json document = DROVER_TRY(parse_json(text, {.bytes_max = kManifestBytesMax}));
  JsonFields fields = DROVER_TRY(JsonFields::of(document, "", Code::bad_manifest));
  DROVER_TRY(check_schema(fields));
  Manifest manifest;
  manifest.name = DROVER_TRY(parsed<ModelName>(fields, "name"));
  manifest.version = DROVER_TRY(parsed<Version>(fields, "version"));
  manifest.variant = DROVER_TRY(read_variant(fields));
  manifest.created = DROVER_TRY(read_time(fields, "created"));
  if (fields.has("notes")) manifest.notes = DROVER_TRY(fields.text("notes", 64 << 10));
  manifest.inputs = DROVER_TRY(read_specs(fields, "inputs"));
  manifest.outputs = DROVER_TRY(read_specs(fields, "outputs"));
  manifest.labels = DROVER_TRY(read_labels(fields));
  if (fields.has("preprocess")) {
    const json* how = DROVER_TRY(fields.value("preprocess"));
    manifest.preprocess = DROVER_TRY(read_preprocess(*how, "preprocess"));
  }
  manifest.samples = DROVER_TRY(read_samples(fields));
  manifest.requirements = DROVER_TRY(read_requirements(fields));
  manifest.limits = DROVER_TRY(read_limits(fields));
  manifest.delegation = DROVER_TRY(read_delegation(fields));
  manifest.members = DROVER_TRY(read_members(fields));
  DROVER_TRY(fields.done());
  DROVER_TRY(check_whole(manifest));
  return manifest;
}

}  // namespace drover::bundle
