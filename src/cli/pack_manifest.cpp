#include <fmt/format.h>

#include <charconv>
#include <cstdlib>

#include "cli/pack_parts.h"

namespace drover::cli {
namespace {

using bundle::Manifest;
using bundle::TensorSpec;

constexpr std::uint64_t kPreprocessBytesMax = 64 << 10;

Result<std::vector<TensorSpec>> specs_of(const std::vector<bundle::TensorReport>& reports) {
  std::vector<TensorSpec> specs;
  for (const bundle::TensorReport& report : reports) {
    const auto dtype = tables::dtype_named(report.dtype);
    if (!dtype)
      return fail(Code::unsupported, fmt::format("tensor \"{}\" is of type {}, which Drover does not carry",
                                                 report.name, report.dtype));
    specs.push_back({report.name, *dtype, report.shape});
  }
  return specs;
}

/// What an edit of the date must not change: SOURCE_DATE_EPOCH (reproducible-builds.org), else --created,
/// else now.
Result<UnixTime> date_of(const PackOptions& options) {
  if (!options.created.empty()) return parse_time(options.created).in("--created");
  const char* epoch = std::getenv("SOURCE_DATE_EPOCH");
  if (epoch == nullptr || *epoch == '\0') return system_clock().now();
  std::int64_t seconds = 0;
  const std::string_view text = epoch;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (error != std::errc() || end != text.data() + text.size() || seconds < 0 || seconds > 253402300799)
    return fail(Code::invalid_argument,
                fmt::format("SOURCE_DATE_EPOCH={}: seconds since 1970 expected", text));
  return UnixTime(std::chrono::seconds(seconds));
}

std::vector<std::string> labels_of(const std::string& text) {
  std::vector<std::string> labels;
  if (text.empty()) return labels;
  for (std::size_t at = 0;;) {
    const std::size_t comma = text.find(',', at);
    labels.push_back(text.substr(at, comma == std::string::npos ? comma : comma - at));
    if (comma == std::string::npos) return labels;
    at = comma + 1;
  }
}

Status check_labels(const std::vector<std::string>& labels, const std::vector<TensorSpec>& outputs) {
  for (std::size_t i = 0; i < labels.size(); ++i)
    if (labels[i].empty())
      return fail(Code::invalid_argument, fmt::format("--labels: the label at {} is empty", i));
  if (labels.empty() || outputs.empty() || outputs[0].shape.empty() || outputs[0].shape.back() < 0) return {};
  const auto classes = static_cast<std::size_t>(outputs[0].shape.back());
  if (labels.size() == classes) return {};
  return fail(Code::invalid_argument, fmt::format("--labels: {} labels, but the output \"{}\" has {} values",
                                                  labels.size(), outputs[0].name, classes));
}

Status add_requirements(const std::vector<std::string>& requirements, Manifest& manifest) {
  for (const std::string& requirement : requirements) {
    const std::size_t equals = requirement.find('=');
    if (equals == std::string::npos || equals == 0)
      return fail(Code::invalid_argument, fmt::format("--requires {}: KEY=VALUE expected", requirement));
    const std::string key = requirement.substr(0, equals), value = requirement.substr(equals + 1);
    if (const std::string fault = bundle::requirement_fault(key, value); !fault.empty())
      return fail(Code::invalid_argument, fmt::format("--requires {}: {}: {}", requirement, key, fault));
    if (!manifest.requirements.emplace(key, value).second)
      return fail(Code::invalid_argument, fmt::format("--requires {}: the key stands twice", requirement));
  }
  return {};
}

}  // namespace

std::pair<std::string, std::string> cut(const std::string& text) {
  const std::size_t comma = text.find(',');
  if (comma == std::string::npos) return {text, {}};
  return {text.substr(0, comma), text.substr(comma + 1)};
}

Result<Manifest> make_manifest(const PackOptions& options, const bundle::InspectReport& model) {
  Manifest manifest;
  manifest.name = DROVER_TRY(ModelName::parse(options.name).in("--name"));
  manifest.version = DROVER_TRY(Version::parse(options.version).in("--version"));
  if (!options.variant.empty())
    manifest.variant = DROVER_TRY(ModelName::parse(options.variant).in("--variant")).str();
  manifest.created = DROVER_TRY(date_of(options));
  manifest.notes = options.notes;
  manifest.inputs = DROVER_TRY(specs_of(model.inputs).in(options.model));
  manifest.outputs = DROVER_TRY(specs_of(model.outputs).in(options.model));
  manifest.labels = labels_of(options.labels);
  DROVER_TRY(check_labels(manifest.labels, manifest.outputs));
  if (!options.preprocess.empty()) {
    const Bytes text = DROVER_TRY(read_input(options.preprocess, kPreprocessBytesMax));
    manifest.preprocess = DROVER_TRY(bundle::parse_preprocess(as_text(text)).in(options.preprocess));
  }
  DROVER_TRY(add_requirements(options.requirements, manifest));
  manifest.limits = {options.latency_ms_max, options.memory_mb_max};
  // What was given here beyond what devices give unasked, they have to be asked for.
  if (!manifest.limits.memory_mb_max && options.worker.memory_mb_max > bundle::kWorkerMemoryMb)
    manifest.limits.memory_mb_max = options.worker.memory_mb_max;
  const auto required = manifest.requirements.find("delegate");
  if (required != manifest.requirements.end() && required->second == model.engine.delegate)
    manifest.delegation = {model.engine.nodes, model.engine.nodes_delegated};
  return manifest;
}

}  // namespace drover::cli
