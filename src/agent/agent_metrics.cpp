// What the agent's /metrics tells, gathered from its parts.
#include <set>

#include "agent/agent.h"
#include "monitor/judged.h"

namespace drover::agent {
namespace {

/// Versions that the record names, each once; what the ring shows of others has no name.
std::vector<VersionSnapshot> versions_of(const lifecycle::Record& record, const ModelTally& tally) {
  std::vector<VersionSnapshot> versions;
  std::set<std::string> named;
  const auto add = [&](const Version& version, const Digest& digest) {
    const VersionTally* found = tally.version(digest);
    if (found != nullptr && named.insert(version.str()).second) versions.push_back({version.str(), *found});
  };
  if (record.active) add(record.active->version, record.active->digest);
  for (const lifecycle::Installed& kept : record.kept) add(kept.version, kept.digest);
  for (const lifecycle::Quarantined& bad : record.quarantine) add(bad.version, bad.digest);
  return versions;
}

ModelSnapshot snapshot_of(const ModelName& model, const lifecycle::Record& record,
                          const RingDrain::Model& seen) {
  ModelSnapshot snapshot{.model = model.str(),
                         .versions = versions_of(record, seen.tally),
                         .dropped = seen.dropped,
                         .bad = seen.bad,
                         .deaths = seen.deaths,
                         .state = record.state,
                         .pinned = record.pinned};
  if (!record.active) return snapshot;
  snapshot.active_version = record.active->version.str();
  snapshot.active_digest = record.active->digest.hex();
  snapshot.committed = record.active->committed;
  return snapshot;
}

/// What the window that closed last says of the active version.
void add_watched(const monitor::Closed& closed, ModelSnapshot& into) {
  into.confidence_rolling = closed.confidence_rolling;
  for (const auto& [rule, phase] : closed.rules)
    into.rules.push_back({rule, phase == policy::Phase::firing    ? RulePhase::firing
                                : phase == policy::Phase::pending ? RulePhase::pending
                                                                  : RulePhase::inactive});
  const std::vector<std::uint64_t>& classes = closed.window.classes;
  for (std::size_t i = 0; i < classes.size(); ++i)
    into.predictions.emplace_back(i + 1 < classes.size() ? std::to_string(i) : "other", classes[i]);
  if (!closed.judged) return;
  for (const auto& [name, column] : closed.judged->columns) {
    ColumnSnapshot snapshot{.column = name, .ks = column.ks.lower};
    if (column.psi.enough) snapshot.psi = column.psi.corrected;
    if (column.standing) {
      snapshot.statistic = column.standing->statistic;
      snapshot.threshold = column.standing->threshold;
    }
    into.drift.push_back(std::move(snapshot));
  }
}

SpoolSnapshot spool_of(const nlohmann::json& status) {
  const auto number = [&](const char* key) { return status.value(key, std::uint64_t{0}); };
  return {.bytes = number("bytes"), .entries = number("waiting"), .lost = number("lost")};
}

}  // namespace

std::string Agent::version_name(const ModelName& model, const Digest& digest) const {
  const auto line = lines_.find(model);
  if (line == lines_.end() || !line->second) return "";
  const lifecycle::Record& record = line->second->updater().record();
  if (record.active && record.active->digest == digest) return record.active->version.str();
  for (const lifecycle::Installed& kept : record.kept)
    if (kept.digest == digest) return kept.version.str();
  return "";
}

AgentSnapshot Agent::snapshot() const {
  AgentSnapshot snapshot{.device = config_.device ? config_.device->str() : "", .health = health_seen_};
  if (listener_) snapshot.online = listener_->online();
  if (telemetry_) snapshot.spool = spool_of(telemetry_->spool().status());
  for (const auto& [model, line] : lines_) {
    ModelSnapshot& of =
        snapshot.models.emplace_back(snapshot_of(model, line->updater().record(), rings_.model(model)));
    of.labels_unknown = watching_.labels_unknown(model);
    if (const monitor::Closed* last = watching_.last(model)) add_watched(*last, of);
  }
  return snapshot;
}

}  // namespace drover::agent
