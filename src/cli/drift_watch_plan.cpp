#include "cli/drift_watch_plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "tables/csv.h"

namespace drover::cli {
namespace {

/// One --set into the plan.
Status take_setting(const std::string& given, WatchPlan& plan) {
  const std::size_t equals = given.find('=');
  const auto value =
      equals == std::string::npos ? std::nullopt : tables::parse_number(given.substr(equals + 1));
  if (!value) return fail(Code::invalid_argument, fmt::format("--set {}: give it as name=number", given));
  const std::string name = given.substr(0, equals);
  if (name != "thin")
    plan.settings[name] = *value;
  else if (*value == 0 || *value == 1)
    plan.thin = *value == 1;
  else
    return fail(Code::invalid_argument, fmt::format("--set {}: thin is 0 or 1", given));
  return {};
}

/// Makes the detector once, over a reference that lacks nothing: what is refused then is the settings' fault.
Status check_settings(const WatchPlan& plan) {
  std::vector<float> values(drift::kBaselineValuesMin);
  std::iota(values.begin(), values.end(), 0.0F);
  const drift::Distribution distribution = DROVER_TRY(drift::make_distribution(values, 0, 1));
  const auto made = drift::make_detector(plan.kind->name, plan.settings,
                                         {.distribution = &distribution, .mean = 0, .deviation = 1});
  return made ? Status() : Status(fail(Code::invalid_argument, made.error().text()));
}

}  // namespace

Result<WatchPlan> plan_watch(const WatchOptions& options) {
  const auto kind = drift::detector_kind(options.detector);
  if (!kind) return fail(Code::invalid_argument, kind.error().text());
  WatchPlan plan{.kind = *kind, .settings = {}, .thin = false, .go_on = options.go_on};
  for (const std::string& given : options.settings) DROVER_TRY(take_setting(given, plan));
  DROVER_TRY(check_settings(plan));
  if (plan.kind->alpha_for_life && plan.go_on) plan.settings.try_emplace("restarts", 1);
  return plan;
}

Result<WatchPlan> share_plan(WatchPlan plan, std::size_t columns) {
  if (!plan.kind->alpha_for_life) return plan;
  const auto setting = std::ranges::find(plan.kind->settings, "alpha", &drift::Setting::name);
  double& alpha = plan.settings.try_emplace("alpha", setting->standard).first->second;
  const double share = alpha / static_cast<double>(columns);
  if (share < setting->min)
    return fail(
        Code::invalid_argument,
        fmt::format("alpha = {:g} divided over {} columns is {:.3g} for each, and detector {} takes no "
                    "less than {:g}; watch fewer columns or give a larger alpha",
                    alpha, columns, share, plan.kind->name, setting->min));
  alpha = share;
  return plan;
}

}  // namespace drover::cli
