#include "policy/detector_choice.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/assert.h"

namespace drover::policy {
namespace {

constexpr double kTolerance = 0.02;

const drift::Setting* setting_of(const drift::DetectorKind& kind, std::string_view name) {
  const auto found = std::ranges::find(kind.settings, name, &drift::Setting::name);
  return found == kind.settings.end() ? nullptr : &*found;
}

}  // namespace

bool takes_errors(const DetectorChoice& choice) {
  const auto kind = drift::detector_kind(choice.kind);
  return kind && (*kind)->takes == drift::Takes::errors;
}

std::vector<std::string> streams_of(const DetectorChoice& choice, std::span<const std::string> features,
                                    bool has_confidence) {
  if (choice.on != std::vector<std::string>{"*"}) return choice.on;
  if (takes_errors(choice)) return {std::string(kFailedStream), std::string(kWrongStream)};
  std::vector<std::string> streams(features.begin(), features.end());
  if (has_confidence) streams.emplace_back("confidence");
  return streams;
}

Result<drift::DetectorKind::Values> settings_of(const DetectorChoice& choice, std::size_t streams) {
  const drift::DetectorKind& kind = *DROVER_TRY(drift::detector_kind(choice.kind));
  drift::DetectorKind::Values settings = choice.settings;
  if (kind.name == "urn") settings.try_emplace("tolerance", kTolerance);
  if (!kind.alpha_for_life) return settings;
  if (setting_of(kind, "restarts") != nullptr) settings.try_emplace("restarts", 1);
  const drift::Setting* alpha = setting_of(kind, "alpha");
  DROVER_ASSERT(alpha != nullptr);
  double& share = settings.try_emplace("alpha", alpha->standard).first->second;
  const double whole = share;
  share /= static_cast<double>(std::max<std::size_t>(streams, 1));
  if (share >= alpha->min) return settings;
  return fail(
      Code::invalid_argument,
      fmt::format("alpha = {:g} divided among {} streams is {:.3g} for each, and detector {} takes no "
                  "less than {:g}; watch fewer or give a larger alpha",
                  whole, streams, share, kind.name, alpha->min));
}

}  // namespace drover::policy
