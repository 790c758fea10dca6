#include <fmt/format.h>

#include "server/access.h"
#include "server/handlers.h"

namespace drover::server {

Result<net::Answer> healthz(Services& services, const Call&) {
  DROVER_TRY(services.store->find_setting("healthz"));
  return json_response({{"ok", true}, {"version", DROVER_VERSION}});
}

/// Prometheus' text format; for the loopback and for operators.
Result<net::Answer> metrics(Services& services, const Call& call) {
  const std::string& from = call.request.remote_address;
  if (from != "127.0.0.1" && from != "::1")
    DROVER_TRY(authenticate_operator(services, call.request, db::Role::viewer));
  const net::ServerCounters counters = services.counters();
  std::string text;
  const auto add = [&text](std::string_view name, std::string_view kind, std::string_view help,
                           std::uint64_t value) {
    text += fmt::format("# HELP drover_server_{0} {2}\n# TYPE drover_server_{0} {1}\ndrover_server_{0} {3}\n",
                        name, kind, help, value);
  };
  add("connections", "gauge", "Connections that are open.", counters.connections_open);
  add("connections_refused_total", "counter", "Connections over the limit.", counters.connections_refused);
  add("requests_total", "counter", "Requests taken.", counters.requests);
  add("repository_metadata_total", "counter", "Metadata files served.", services.reads.metadata);
  add("repository_targets_total", "counter", "Targets (bundles, channels) served, whole or in part.",
      services.reads.targets);
  add("windows_total", "counter", "Windows that devices sent.", services.telemetry.windows);
  add("alerts_total", "counter", "Alerts that devices sent.", services.telemetry.alerts);
  add("telemetry_refused_total", "counter", "Windows and alerts that could not be read.",
      services.telemetry.refused);
  add("waiting", "gauge", "Requests that wait for a change.", counters.waiting);
  return net::Response{.headers = {{"content-type", "text/plain; version=0.0.4"}}, .body = std::move(text)};
}

}  // namespace drover::server
