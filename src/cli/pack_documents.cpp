#include <fmt/format.h>

#include "cli/pack_parts.h"
#include "drift/reference.h"
#include "policy/check_against.h"
#include "tables/csv.h"

namespace drover::cli {
namespace {

constexpr std::uint64_t kCsvBytesMax = std::uint64_t{1} << 30;
constexpr std::uint64_t kDocumentBytesMax = std::uint64_t{1} << 20;

Bytes bytes_of(std::string_view text) { return {text.begin(), text.end()}; }

Result<bundle::Tolerance> tolerance_of(const PackOptions& options, const bundle::Manifest& manifest) {
  if (options.tolerance.empty()) return bundle::default_tolerance(manifest.outputs, !manifest.labels.empty());
  const Bytes text = DROVER_TRY(read_input(options.tolerance, kDocumentBytesMax));
  return bundle::parse_tolerance(as_text(text)).in(options.tolerance);
}

/// Every output that a tolerance names is one of the model's.
Status check_outputs(const bundle::ToleranceSet& set, const bundle::Manifest& manifest) {
  for (const auto& [output, unused] : set.outputs) {
    bool known = false;
    for (const bundle::TensorSpec& spec : manifest.outputs) known = known || spec.name == output;
    if (!known)
      return fail(Code::invalid_argument,
                  fmt::format("outputs: the model has no output \"{}\"; its first is \"{}\"", output,
                              manifest.outputs.front().name));
  }
  return {};
}

Result<std::optional<drift::Baseline>> baseline_of(const PackOptions& options) {
  std::optional<drift::Baseline> baseline;
  if (!options.baseline.empty()) {
    const Bytes text = DROVER_TRY(read_input(options.baseline, kDocumentBytesMax));
    baseline = DROVER_TRY(drift::parse_baseline(as_text(text)).in(options.baseline));
  } else if (!options.reference.empty()) {
    const Bytes csv = DROVER_TRY(read_input(options.reference, kCsvBytesMax));
    const std::set<std::string> text_columns = {std::string(drift::kClassColumn)};
    const auto columns = DROVER_TRY(tables::read_columns(csv, text_columns).in(options.reference));
    baseline = DROVER_TRY(drift::make_baseline(columns, options.seed).in(options.reference));
  }
  return baseline;
}

/// Whether rules and detectors name what this bundle has.
Status check_names(const policy::Policy& policy, const PackParts& parts,
                   const std::optional<drift::Baseline>& baseline) {
  std::vector<std::string> features;
  if (baseline)
    for (const auto& [feature, unused] : baseline->features) features.push_back(feature);
  return check_against(policy, {.features = features,
                                .labels = parts.manifest.labels,
                                .has_confidence = baseline && baseline->confidence,
                                .has_classes = baseline && !baseline->classes.empty(),
                                .has_holdout = parts.members.contains("holdout/labels.npy")});
}

/// Where none is given the default is written out, so that a later Drover's other one does not change this
/// version.
Result<Bytes> policy_of(const PackOptions& options, const PackParts& parts,
                        const std::optional<drift::Baseline>& baseline) {
  if (options.policy.empty()) return bytes_of(policy::default_policy_text());
  Bytes text = DROVER_TRY(read_input(options.policy, kDocumentBytesMax));
  const policy::Policy policy = DROVER_TRY(policy::parse_policy(as_text(text)).in(options.policy));
  DROVER_TRY(Status(check_names(policy, parts, baseline)).in(options.policy));
  return text;
}

}  // namespace

Status add_documents(const PackOptions& options, PackParts& parts) {
  const bundle::Tolerance tolerance = DROVER_TRY(tolerance_of(options, parts.manifest));
  DROVER_TRY(Status(check_outputs(tolerance.common, parts.manifest)).in(options.tolerance));
  for (const auto& engine : tolerance.engines)
    DROVER_TRY(Status(check_outputs(engine.set, parts.manifest)).in(options.tolerance));
  parts.members["golden/tolerance.json"] = bytes_of(to_json(tolerance));
  const auto baseline = DROVER_TRY(baseline_of(options));
  if (baseline) parts.members["baseline.json"] = bytes_of(to_json(*baseline));
  parts.members["policy.toml"] = DROVER_TRY(policy_of(options, parts, baseline));
  return {};
}

}  // namespace drover::cli
