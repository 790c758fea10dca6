#include "policy/check_against.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace drover::policy {
namespace {

constexpr std::size_t kShownMax = 12;

bool has(std::span<const std::string> names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

std::string listed(std::span<const std::string> names) {
  const auto shown = names.first(std::min(names.size(), kShownMax));
  return fmt::format("{}{}", fmt::join(shown, ", "), names.size() > shown.size() ? ", …" : "");
}

std::string no_feature(std::string_view name, const BundleNames& names) {
  const std::string none = fmt::format("there is no feature \"{}\"", name);
  if (names.features.empty()) return none + ": the bundle has no baseline with features (--reference)";
  return fmt::format("{}; the baseline has: {}", none, listed(names.features));
}

/// What is wrong with a name that the baseline's distributions are looked up by; empty when nothing is.
std::string fault_of_reference(std::string_view name, const BundleNames& names) {
  if (name == kConfidence)
    return names.has_confidence ? "" : "the bundle has no baseline of the confidence (--reference)";
  return has(names.features, name) ? "" : no_feature(name, names);
}

std::string fault_of_distance(const Term& term, const BundleNames& names) {
  if (term.of == kAll)
    return names.features.empty() && !names.has_confidence ? "the bundle has no baseline (--reference)" : "";
  if (term.of == kClass && term.function == Function::psi)
    return names.has_classes ? "" : "the bundle has no baseline of the classes (--reference)";
  return fault_of_reference(term.of, names);
}

bool is_number(std::string_view text) {
  return text.size() <= 9 && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

std::string fault_of_class(std::string_view name, const BundleNames& names) {
  if (names.labels.empty())
    return is_number(name) ? ""
                           : fmt::format("the model has no labels, so a class is a number, not \"{}\"", name);
  if (has(names.labels, name)) return {};
  return fmt::format("there is no class \"{}\"; the labels are: {}", name, listed(names.labels));
}

std::string fault_of(const Term& term, const BundleNames& names) {
  switch (term.function) {
    case Function::percentile:
      return term.of == kConfidence || term.of == kLatency || has(names.features, term.of)
                 ? ""
                 : no_feature(term.of, names);
    case Function::ks:
    case Function::psi:
      return fault_of_distance(term, names);
    case Function::share:
      return fault_of_class(term.of, names);
    case Function::holdout_accuracy:
      return names.has_holdout ? "" : "the bundle has no labelled holdout (--holdout)";
    case Function::mean:
    case Function::rate:
    case Function::drift:
    case Function::error_rate:
    case Function::accuracy:
    case Function::absent:
      return {};
  }
  return {};
}

Status check(const Term& term, Place at, const BundleNames& names) {
  if (const std::string fault = fault_of(term, names); !fault.empty()) return bad_at(at, fault);
  return {};
}

Status check(const DetectorChoice& choice, const BundleNames& names) {
  const drift::DetectorKind& kind = *DROVER_TRY(drift::detector_kind(choice.kind));
  const bool is_given = choice.on.front() != kAll && kind.takes == drift::Takes::numbers;
  for (std::size_t i = 0; is_given && i < choice.on.size(); ++i) {
    if (choice.on[i] == kConfidence && kind.needs == drift::Needs::nothing) continue;
    const Place at = i < choice.on_at.each.size() ? choice.on_at.each[i] : choice.at;
    if (const std::string fault = fault_of_reference(choice.on[i], names); !fault.empty())
      return bad_at(at, "on: " + fault);
  }
  const auto streams = streams_of(choice, names.features, names.has_confidence);
  const auto settings = settings_of(choice, streams.size());
  if (!settings)
    return bad_at(choice.settings.empty() ? choice.at : choice.settings_at, settings.error().message);
  return {};
}

}  // namespace

Status check_against(const Policy& policy, const BundleNames& names) {
  for (const Rule& rule : policy.rules) {
    DROVER_TRY(check(rule.when.term, rule.when_of_at, names));
    DROVER_TRY(check(rule.resolve.term, rule.resolve_of_at, names));
  }
  for (const DetectorChoice& detector : policy.detectors) DROVER_TRY(check(detector, names));
  for (const SensorRange& sensor : policy.sensors)
    if (!has(names.features, sensor.feature))
      return bad_at(sensor.at, "sensor: " + no_feature(sensor.feature, names));
  return {};
}

}  // namespace drover::policy
