#include "server/server_metrics.h"

#include "base/exposition.h"

namespace drover::server {
namespace {

constexpr double kMsPerSecond = 1e3;

double ratio(double part, std::uint64_t of) { return part / static_cast<double>(of); }

void own_figures(Exposition& out, const ServerSnapshot& snapshot) {
  for (const ServerFigure& figure : snapshot.counters) {
    out.counter(figure.name, figure.help);
    out.sample({}, figure.value);
  }
  for (const ServerFigure& figure : snapshot.gauges) {
    out.gauge(figure.name, figure.help);
    out.sample({}, figure.value);
  }
  out.counter("drover_server_outside_alerts_total", "Alerts of webhooks by what was decided.");
  const HookCounts::Values& hooks = snapshot.hooks;
  const std::pair<const char*, std::uint64_t> decisions[] = {{"recorded", hooks.recorded},
                                                             {"held", hooks.held},
                                                             {"rolled_back", hooks.rolled_back},
                                                             {"repeated", hooks.repeated}};
  for (const auto& [decision, count] : decisions) out.sample({{"decision", decision}}, count);
}

void devices(Exposition& out, const FleetFigures& fleet) {
  out.gauge("drover_fleet_devices_enrolled", "Devices that may speak to this server.");
  out.sample({}, fleet.enrolled);
  out.gauge("drover_fleet_devices_online", "Of them, those heard of in the last three minutes.");
  out.sample({}, fleet.online);
  out.gauge("drover_fleet_devices_revoked", "Devices that may no longer.");
  out.sample({}, fleet.revoked);
  out.gauge("drover_fleet_devices_running", "Devices by the version that they reported.");
  for (const auto& [of, count] : fleet.running)
    out.sample({{"model", of.first}, {"version", of.second}}, count);
}

using Sums = db::WindowSums;

/// A gauge for each version of each model, where there is something to tell.
void each_version(Exposition& out, const FleetFigures& fleet, const char* name, const char* help,
                  const std::function<std::optional<double>(const Sums& sums)>& value) {
  out.gauge(name, help);
  for (const auto& [model, versions] : fleet.windows)
    for (const Sums& sums : versions)
      if (const auto known = value(sums)) out.sample({{"model", model}, {"version", sums.version}}, *known);
}

void versions(Exposition& out, const FleetFigures& fleet) {
  using Known = std::optional<double>;
  each_version(out, fleet, "drover_fleet_watched_devices", "Devices with windows in the last five minutes.",
               [](const Sums& sums) -> Known { return static_cast<double>(sums.devices); });
  each_version(out, fleet, "drover_fleet_inferences", "Inferences in the windows of the last five minutes.",
               [](const Sums& sums) -> Known { return static_cast<double>(sums.inferences); });
  each_version(out, fleet, "drover_fleet_confidence_ratio", "Mean confidence in them.",
               [](const Sums& sums) -> Known {
                 if (sums.confident == 0) return std::nullopt;
                 return ratio(sums.confidence_sum, sums.confident);
               });
  each_version(
      out, fleet, "drover_fleet_error_ratio", "Share of them that failed, or whose label was wrong.",
      [](const Sums& sums) { return error_rate(sums.inferences, sums.failures, sums.labelled, sums.right); });
  each_version(out, fleet, "drover_fleet_accuracy_ratio", "Share of labels that agreed.",
               [](const Sums& sums) -> Known {
                 if (sums.labelled == 0) return std::nullopt;
                 return ratio(static_cast<double>(sums.right), sums.labelled);
               });
  each_version(out, fleet, "drover_fleet_latency_p95_max_seconds",
               "The slowest window's 95th percentile of the latency.", [](const Sums& sums) -> Known {
                 if (!sums.latency_p95_ms_max) return std::nullopt;
                 return *sums.latency_p95_ms_max / kMsPerSecond;
               });
}

void alerts(Exposition& out, const FleetFigures& fleet) {
  out.gauge("drover_fleet_alerts_firing", "Devices on which a rule or a detector fires.");
  std::map<std::pair<std::string, std::string>, std::uint64_t> firing;
  for (const FiringAlert& alert : fleet.firing) ++firing[{alert.model, alert.rule}];
  for (const auto& [of, count] : firing) out.sample({{"model", of.first}, {"rule", of.second}}, count);
}

void each_device(Exposition& out, const FleetFigures& fleet) {
  const std::tuple<const char*, const char*, std::optional<double> DeviceFigures::*> families[] = {
      {"drover_device_confidence_ratio", "Mean confidence in the device's newest window.",
       &DeviceFigures::confidence},
      {"drover_device_confidence_rolling_ratio", "Mean confidence of the device's last 100 inferences.",
       &DeviceFigures::confidence_rolling},
      {"drover_device_error_ratio", "Share of the newest window's inferences that failed or were wrong.",
       &DeviceFigures::error_rate}};
  for (const auto& [name, help, member] : families) {
    out.gauge(name, help);
    for (const DeviceFigures& device : fleet.devices)
      if (const auto& value = device.*member)
        out.sample({{"device", device.device}, {"model", device.model}, {"version", device.version}}, *value);
  }
  out.gauge("drover_device_rule_state", "A rule or a detector that fires on the device (2).");
  if (fleet.devices.empty()) return;
  for (const FiringAlert& alert : fleet.firing)
    out.sample({{"device", alert.device}, {"model", alert.model}, {"rule", alert.rule}}, std::uint64_t{2});
}

}  // namespace

std::string server_metrics(const ServerSnapshot& snapshot) {
  Exposition out;
  own_figures(out, snapshot);
  devices(out, snapshot.fleet);
  versions(out, snapshot.fleet);
  alerts(out, snapshot.fleet);
  each_device(out, snapshot.fleet);
  return out.text();
}

}  // namespace drover::server
