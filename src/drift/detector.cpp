#include "drift/detector.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace drover::drift {
namespace {

const DetectorKind* find(std::string_view name) {
  const auto kinds = detector_kinds();
  const auto found = std::ranges::find(kinds, name, &DetectorKind::name);
  return found == kinds.end() ? nullptr : &*found;
}

/// Every setting of the kind, given or standard.
Result<DetectorKind::Values> complete(const DetectorKind& kind, const DetectorKind::Values& given) {
  DetectorKind::Values values;
  for (const Setting& setting : kind.settings) values.emplace(setting.name, setting.standard);
  for (const auto& [name, value] : given) {
    const auto setting = std::ranges::find(kind.settings, name, &Setting::name);
    if (setting == kind.settings.end()) {
      std::vector<std::string_view> known;
      for (const Setting& each : kind.settings) known.push_back(each.name);
      return fail(Code::invalid_argument, fmt::format("detector {} has no setting {:?}; it has: {}",
                                                      kind.name, name, fmt::join(known, ", ")));
    }
    if (!(value >= setting->min && value <= setting->max))
      return fail(Code::invalid_argument, fmt::format("{} of detector {} must lie in [{}, {}], not {}", name,
                                                      kind.name, setting->min, setting->max, value));
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

Result<std::unique_ptr<Detector>> make_detector(std::string_view name, const DetectorKind::Values& settings,
                                                const Reference& reference) {
  const DetectorKind* kind = find(name);
  if (kind == nullptr) {
    std::vector<std::string_view> known;
    for (const DetectorKind& each : detector_kinds()) known.push_back(each.name);
    return fail(Code::not_found,
                fmt::format("there is no detector {:?}; there are: {}", name, fmt::join(known, ", ")));
  }
  auto values = complete(*kind, settings);
  if (!values) return std::unexpected(values.error());
  if (auto checked = check(*kind, reference); !checked) return std::unexpected(checked.error());
  return kind->make(*values, reference);
}

}  // namespace drover::drift
