#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "agent/health.h"
#include "agent/inference_tally.h"
#include "lifecycle/transitions.h"

namespace drover::agent {

/// What a version's inferences showed since the agent began.
struct VersionSnapshot {
  std::string version = {};
  VersionTally tally = {};
};

/// A column ("mean", "confidence") of the active version against its baseline; nothing where it is not known.
struct ColumnSnapshot {
  std::string column = {};
  std::optional<double> ks = {};         // lower bound of the distance, 0 to 1
  std::optional<double> psi = {};        // corrected
  std::optional<double> statistic = {};  // of the detector nearest to its threshold…
  std::optional<double> threshold = {};  // …at which it alarms
};

enum class RulePhase : std::uint8_t { inactive = 0, pending = 1, firing = 2 };

struct RuleSnapshot {
  std::string rule = {};
  RulePhase phase = RulePhase::inactive;
};

struct ModelSnapshot {
  std::string model = {};
  std::vector<VersionSnapshot> versions = {};  // those that the device knows by name, each once
  std::uint64_t dropped = 0, bad = 0, deaths = 0, labels_unknown = 0;
  lifecycle::State state = lifecycle::State::idle;
  std::string active_version = {}, active_digest = {};  // empty: none
  bool committed = false, pinned = false;
  // What watching knows of the active version:
  std::optional<double> confidence_rolling = {};                        // mean of the last 100
  std::vector<std::pair<std::string, std::uint64_t>> predictions = {};  // by class, in the last window
  std::vector<ColumnSnapshot> drift = {};
  std::vector<RuleSnapshot> rules = {};
};

struct SpoolSnapshot {
  std::uint64_t bytes = 0, entries = 0,
                lost = 0;  // lost: entries that are gone and the server was not told of
};

/// All that /metrics tells.
struct AgentSnapshot {
  std::string device = {};  // empty: standalone
  std::optional<bool> online = {};
  Health health = {};
  std::vector<ModelSnapshot> models = {};
  std::optional<SpoolSnapshot> spool = {};
};

/// Prometheus' text format: docs/formats/metrics.md has the names.
std::string agent_metrics(const AgentSnapshot& snapshot);

}  // namespace drover::agent
