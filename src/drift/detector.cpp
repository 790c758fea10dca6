#include "drift/detector.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

namespace drover::drift {
namespace {

std::string names(const auto& rows) {
  std::vector<std::string_view> all;
  for (const auto& row : rows) all.push_back(row.name);
  return fmt::format("{}", fmt::join(all, ", "));
}

/// Every setting of the kind, given or standard.
Result<DetectorKind::Values> complete(const DetectorKind& kind, const DetectorKind::Values& given) {
  DetectorKind::Values values;
  for (const Setting& setting : kind.settings) values.emplace(setting.name, setting.standard);
  for (const auto& [name, value] : given) {
    DROVER_TRY(check_setting(kind, name, value));
    values.find(name)->second = value;
  }
  return values;
}

Result<void> check(const DetectorKind& kind, const Reference& reference) {
  if (kind.needs == Needs::distribution && reference.distribution == nullptr)
    return fail(Code::invalid_argument,
                fmt::format("detector {} needs the baseline's distribution", kind.name));
  if (kind.needs == Needs::moments && !(reference.deviation > 0))
    return fail(Code::invalid_argument,
                fmt::format("detector {} needs a baseline whose values are not all alike", kind.name));
  return {};
}

}  // namespace

Result<const DetectorKind*> detector_kind(std::string_view name) {
  const auto kinds = detector_kinds();
  const auto found = std::ranges::find(kinds, name, &DetectorKind::name);
  if (found != kinds.end()) return &*found;
  return fail(Code::not_found, fmt::format("there is no detector {:?}; there are: {}", name, names(kinds)));
}

Status check_setting(const DetectorKind& kind, std::string_view name, double value) {
  const auto setting = std::ranges::find(kind.settings, name, &Setting::name);
  if (setting == kind.settings.end())
    return fail(Code::invalid_argument, fmt::format("detector {} has no setting {:?}; it has: {}", kind.name,
                                                    name, names(kind.settings)));
  if (!(value >= setting->min && value <= setting->max))
    return fail(Code::invalid_argument, fmt::format("{} of detector {} must lie in [{}, {}], not {}", name,
                                                    kind.name, setting->min, setting->max, value));
  if (setting->whole && value != std::floor(value))
    return fail(Code::invalid_argument,
                fmt::format("{} of detector {} must be a whole number, not {}", name, kind.name, value));
  return {};
}

Result<std::unique_ptr<Detector>> make_detector(std::string_view name, const DetectorKind::Values& settings,
                                                const Reference& reference) {
  const DetectorKind* kind = DROVER_TRY(detector_kind(name));
  const DetectorKind::Values values = DROVER_TRY(complete(*kind, settings));
  DROVER_TRY(check(*kind, reference));
  return kind->make(values, reference);
}

}  // namespace drover::drift
