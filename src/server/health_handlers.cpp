#include "base/exposition.h"
#include "server/access.h"
#include "server/handlers.h"
#include "server/server_metrics.h"

namespace drover::server {
namespace {

ServerSnapshot own_snapshot(Services& services) {
  const net::ServerCounters counters = services.counters();
  return {.counters =
              {{"drover_server_connections_refused_total", "Connections over the limit.",
                counters.connections_refused},
               {"drover_server_requests_total", "Requests taken.", counters.requests},
               {"drover_server_repository_metadata_total", "Metadata files served.", services.reads.metadata},
               {"drover_server_repository_targets_total",
                "Targets (bundles, channels) served, whole or in part.", services.reads.targets},
               {"drover_server_windows_total", "Windows that devices sent.", services.telemetry.windows},
               {"drover_server_alerts_total", "Alerts that devices sent.", services.telemetry.alerts},
               {"drover_server_telemetry_refused_total", "Windows and alerts that could not be read.",
                services.telemetry.refused},
               {"drover_server_influx_lines_total", "Lines that InfluxDB took.", services.influx.lines},
               {"drover_server_influx_refused_batches_total", "Batches that it refused for what they were.",
                services.influx.refused},
               {"drover_server_influx_retries_total", "Tries that found it away.", services.influx.retries}},
          .gauges = {{"drover_server_connections", "Connections that are open.", counters.connections_open},
                     {"drover_server_waiting", "Requests that wait for a change.", counters.waiting}},
          .hooks = services.hooks.values()};
}

}  // namespace

Result<net::Answer> healthz(Services& services, const Call&) {
  DROVER_TRY(services.store->find_setting("healthz"));
  return json_response({{"ok", true}, {"version", DROVER_VERSION}});
}

/// Prometheus' text format; for the loopback and for operators.
Result<net::Answer> metrics(Services& services, const Call& call) {
  const std::string& from = call.request.remote_address;
  if (from != "127.0.0.1" && from != "::1")
    DROVER_TRY(authenticate_operator(services, call.request, db::Role::viewer));
  ServerSnapshot snapshot = own_snapshot(services);
  snapshot.fleet = DROVER_TRY(services.fleet->figures(services));
  return net::Response{.headers = {{"content-type", Exposition::kContentType}},
                       .body = server_metrics(snapshot)};
}

}  // namespace drover::server
