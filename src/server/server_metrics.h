#pragma once

#include <string>

#include "server/fleet_figures.h"

namespace drover::server {

/// A counter or gauge of the server itself.
struct ServerFigure {
  const char* name = "";
  const char* help = "";
  std::uint64_t value = 0;
};

/// All that /metrics tells.
struct ServerSnapshot {
  std::vector<ServerFigure> counters = {};  // names end in "_total"
  std::vector<ServerFigure> gauges = {};
  HookCounts::Values hooks = {};
  FleetFigures fleet = {};
};

/// Prometheus' text format: docs/formats/metrics.md has the names.
std::string server_metrics(const ServerSnapshot& snapshot);

}  // namespace drover::server
