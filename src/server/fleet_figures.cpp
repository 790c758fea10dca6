#include "server/fleet_figures.h"

#include <cmath>
#include <set>

#include "server/shadows.h"

namespace drover::server {
namespace {

using nlohmann::json;

constexpr std::size_t kPage = 1000, kWindowsMax = 50'000, kAlertsMax = 10'000;
constexpr std::chrono::seconds kAgeMax{10};

void note_running(const shadow::Document& shadow, FleetFigures& into) {
  const auto models = shadow.reported.find("models");
  if (models == shadow.reported.end() || !models->is_object()) return;
  for (const auto& [model, entry] : models->items())
    if (entry.is_object() && entry.contains("version") && entry["version"].is_string() &&
        ModelName::parse(model) && Version::parse(entry["version"].get_ref<const std::string&>()))
      ++into.running[{model, entry["version"].get<std::string>()}];
}

Status look_at_devices(Services& services, FleetFigures& into) {
  const UnixTime online_since = services.clock->now() - kOnlineWithin;
  std::string after;
  while (true) {
    const auto page = DROVER_TRY(services.store->list_devices(after, kPage));
    for (const db::Device& device : page) {
      if (device.revoked) {
        ++into.revoked;
        continue;
      }
      ++into.enrolled;
      const auto heard = services.seen.find(device.id);
      const auto seen = heard ? heard : device.seen_at;
      if (seen && *seen >= online_since) ++into.online;
      note_running(DROVER_TRY(load_shadow(services, device.id.str(), "")), into);
    }
    if (page.size() < kPage) return {};
    after = page.back().id.str();
  }
}

/// By the devices' clocks: one that is far ahead is no window of now.
db::WindowFilter recent(Services& services) {
  const std::int64_t now_ms = services.clock->now().time_since_epoch().count() * 1000;
  const std::int64_t within_ms = std::chrono::milliseconds(kWindowsWithin).count();
  return {.since_ms = now_ms - within_ms, .until_ms = now_ms + within_ms};
}

Status look_at_windows(Services& services, FleetFigures& into) {
  std::set<std::string> models;
  for (const auto& [model_and_version, devices] : into.running) models.insert(model_and_version.first);
  for (const std::string& model : models) {
    db::WindowFilter filter = recent(services);
    filter.model = model;
    into.windows[model] = DROVER_TRY(services.store->sum_windows(filter));
  }
  return {};
}

DeviceFigures figures_of(const db::WindowRow& window) {
  DeviceFigures figures{
      .device = window.device.str(),
      .model = window.model,
      .version = window.version,
      .inferences = window.inferences,
      .confidence_rolling = window.confidence_rolling,
      .error_rate = error_rate(window.inferences, window.failures, window.labelled, window.right)};
  if (window.confident > 0)
    figures.confidence =
        std::ldexp(static_cast<double>(window.confidence_sum), -32) / static_cast<double>(window.confident);
  return figures;
}

/// The newest window of each model on each device: they come newest first.
Status look_at_each_device(Services& services, FleetFigures& into) {
  std::set<std::pair<std::string, std::string>> known;
  for (const auto& [model, sums] : into.windows) {
    db::WindowFilter filter = recent(services);
    filter.model = model;
    const auto windows = DROVER_TRY(services.store->list_windows(filter, {}, kWindowsMax, false));
    for (const db::WindowRow& window : windows)
      if (known.emplace(window.device.str(), model).second) into.devices.push_back(figures_of(window));
  }
  return {};
}

Status look_at_alerts(Services& services, FleetFigures& into) {
  const auto firing =
      DROVER_TRY(services.store->list_alerts({.state = db::AlertState::firing}, {}, kAlertsMax, false));
  for (const db::AlertRow& alert : firing)
    into.firing.push_back({alert.device.str(), alert.model, alert.rule});
  return {};
}

}  // namespace

std::optional<double> error_rate(std::uint64_t inferences, std::uint64_t failures, std::uint64_t labelled,
                                 std::uint64_t right) {
  if (inferences == 0) return std::nullopt;
  const double failed = static_cast<double>(failures) / static_cast<double>(inferences);
  const double wrong =
      labelled == 0 ? 0 : static_cast<double>(labelled - right) / static_cast<double>(labelled);
  return failed + (1 - failed) * wrong;
}

Result<FleetFigures> look_at_fleet(Services& services) {
  FleetFigures figures;
  DROVER_TRY(look_at_devices(services, figures));
  DROVER_TRY(look_at_windows(services, figures));
  DROVER_TRY(look_at_alerts(services, figures));
  if (services.config.per_device_metrics) DROVER_TRY(look_at_each_device(services, figures));
  return figures;
}

Result<FleetFigures> FleetLook::figures(Services& services) {
  const std::lock_guard lock(mutex_);
  const Monotonic now = services.clock->monotonic();
  if (seen_ && now < seen_at_ + kAgeMax) return *seen_;
  seen_ = DROVER_TRY(look_at_fleet(services));
  seen_at_ = now;
  return *seen_;
}

}  // namespace drover::server
