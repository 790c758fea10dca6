#include "agent/metrics.h"

#include "base/exposition.h"

namespace drover::agent {
namespace {

constexpr double kMegabyte = 1e6, kNsPerSecond = 1e9;
/// Bounds of the latency's histogram: below 2^16 ns (66 µs), 2^17 ns … 2^34 ns (17 s).
constexpr std::size_t kLatencyOctaveFirst = 16, kLatencyOctaveLast = 34;

void device_figures(Exposition& out, const AgentSnapshot& snapshot) {
  out.gauge("drover_agent_info", "The agent's version and the device; always 1.");
  out.sample({{"version", DROVER_VERSION}, {"device", snapshot.device}}, std::uint64_t{1});
  out.gauge("drover_agent_online", "Whether the server answered last (1) or not (0).");
  if (snapshot.online) out.sample({}, std::uint64_t{*snapshot.online ? 1U : 0U});
  const Health& health = snapshot.health;
  const auto gauge = [&](const char* name, const char* help, std::optional<double> value, double factor) {
    out.gauge(name, help);
    if (value) out.sample({}, *value * factor);
  };
  gauge("drover_device_cpu_ratio", "Share of all cores that was busy.", health.cpu_pct, 0.01);
  gauge("drover_device_memory_free_bytes", "Memory that is available.", health.mem_free_mb, kMegabyte);
  gauge("drover_device_disk_free_bytes", "Space where the agent's state is.", health.disk_free_mb, kMegabyte);
  gauge("drover_device_temperature_celsius", "The hottest thermal zone.", health.temp_c, 1);
  gauge("drover_device_uptime_seconds", "Time since the boot.", health.uptime_s, 1);
}

void spool_figures(Exposition& out, const std::optional<SpoolSnapshot>& spool) {
  if (!spool) return;
  out.gauge("drover_spool_bytes", "Size of what waits to be sent.");
  out.sample({}, spool->bytes);
  out.gauge("drover_spool_entries", "Entries that wait to be sent.");
  out.sample({}, spool->entries);
  out.gauge("drover_spool_lost_entries", "Entries that are gone, of which the server was not told yet.");
  out.sample({}, spool->lost);
}

using Models = std::vector<ModelSnapshot>;

template <class Write>
void each_version(const Models& models, const Write& write) {
  for (const ModelSnapshot& model : models)
    for (const VersionSnapshot& version : model.versions)
      write(Exposition::Labels{{"model", model.model}, {"version", version.version}}, version.tally);
}

void outcomes(Exposition& out, const Models& models) {
  out.counter("drover_inferences_total", "Inferences by how they ended.");
  each_version(models, [&](const Exposition::Labels& labels, const VersionTally& tally) {
    const std::pair<const char*, std::uint64_t> counts[] = {
        {"ok", tally.ok}, {"failed", tally.failed}, {"nan", tally.nan}, {"timed_out", tally.timed_out}};
    for (const auto& [outcome, count] : counts) {
      Exposition::Labels with = labels;
      with.emplace_back("outcome", outcome);
      out.sample(with, count);
    }
  });
}

void latencies(Exposition& out, const Models& models) {
  out.histogram("drover_inference_latency_seconds", "How long inferences took.");
  each_version(models, [&](const Exposition::Labels& labels, const VersionTally& tally) {
    std::vector<Exposition::Bucket> buckets;
    for (std::size_t octave = kLatencyOctaveFirst; octave <= kLatencyOctaveLast; ++octave)
      buckets.push_back({.upper = static_cast<double>((std::uint64_t{1} << octave) - 1) / kNsPerSecond,
                         .count = tally.latency.counts().below_octave(octave)});
    out.buckets(labels, buckets, tally.latency.sum_ns() / kNsPerSecond, tally.latency.count());
  });
}

void confidences(Exposition& out, const Models& models) {
  out.summary("drover_inference_confidence_ratio", "Confidences of the top class, added up.");
  each_version(models, [&](const Exposition::Labels& labels, const VersionTally& tally) {
    out.totals(labels, tally.confidence_sum, tally.confident);
  });
  out.gauge("drover_confidence_rolling_ratio", "Mean confidence of the last 100 inferences.");
  for (const ModelSnapshot& model : models)
    if (model.confidence_rolling)
      out.sample({{"model", model.model}, {"version", model.active_version}}, *model.confidence_rolling);
}

void predictions(Exposition& out, const Models& models) {
  out.gauge("drover_window_predictions", "Predictions by class in the last window.");
  for (const ModelSnapshot& model : models)
    for (const auto& [name, count] : model.predictions)
      out.sample({{"model", model.model}, {"version", model.active_version}, {"class", name}}, count);
}

void losses(Exposition& out, const Models& models) {
  const std::tuple<const char*, const char*, std::uint64_t ModelSnapshot::*> families[] = {
      {"drover_ring_dropped_records_total", "Records that found no room in the ring.",
       &ModelSnapshot::dropped},
      {"drover_ring_bad_records_total", "Records that were nonsense.", &ModelSnapshot::bad},
      {"drover_application_deaths_total", "Applications that went without a goodbye.",
       &ModelSnapshot::deaths},
      {"drover_labels_unknown_total", "Labels for inferences that nobody remembers.",
       &ModelSnapshot::labels_unknown}};
  for (const auto& [name, help, member] : families) {
    out.counter(name, help);
    for (const ModelSnapshot& model : models) out.sample({{"model", model.model}}, model.*member);
  }
}

void lifecycles(Exposition& out, const Models& models) {
  out.gauge("drover_model_info", "The active version of a model; always 1.");
  for (const ModelSnapshot& model : models)
    if (!model.active_version.empty())
      out.sample({{"model", model.model}, {"version", model.active_version}, {"digest", model.active_digest}},
                 std::uint64_t{1});
  out.gauge("drover_model_state", "1 for the state that the model's update is in.");
  for (const ModelSnapshot& model : models)
    for (std::size_t i = 0; i < lifecycle::kStates; ++i) {
      const auto state = static_cast<lifecycle::State>(i);
      out.sample({{"model", model.model}, {"state", lifecycle::name(state)}},
                 std::uint64_t{state == model.state ? 1U : 0U});
    }
  const std::tuple<const char*, const char*, bool ModelSnapshot::*> flags[] = {
      {"drover_model_committed", "Whether the active version has passed its probation.",
       &ModelSnapshot::committed},
      {"drover_model_pinned", "Whether a person on the device wants no other version.",
       &ModelSnapshot::pinned}};
  for (const auto& [name, help, member] : flags) {
    out.gauge(name, help);
    for (const ModelSnapshot& model : models)
      out.sample({{"model", model.model}}, std::uint64_t{model.*member ? 1U : 0U});
  }
}

void drift_figures(Exposition& out, const Models& models) {
  const std::tuple<const char*, const char*, std::optional<double> ColumnSnapshot::*> families[] = {
      {"drover_drift_ks_ratio", "Kolmogorov-Smirnov distance of a feature from its baseline, at least.",
       &ColumnSnapshot::ks},
      {"drover_drift_psi", "Population stability index of a feature, corrected.", &ColumnSnapshot::psi},
      {"drover_drift_statistic", "Of the feature's detector that is nearest to its threshold.",
       &ColumnSnapshot::statistic},
      {"drover_drift_threshold", "At which that detector alarms.", &ColumnSnapshot::threshold}};
  for (const auto& [name, help, member] : families) {
    out.gauge(name, help);
    for (const ModelSnapshot& model : models)
      for (const ColumnSnapshot& column : model.drift)
        if (const auto& value = column.*member)
          out.sample({{"model", model.model}, {"version", model.active_version}, {"feature", column.column}},
                     *value);
  }
}

void rules(Exposition& out, const Models& models) {
  out.gauge("drover_rule_state", "A rule of the policy: 0 inactive, 1 pending, 2 firing.");
  for (const ModelSnapshot& model : models)
    for (const RuleSnapshot& rule : model.rules)
      out.sample({{"model", model.model}, {"rule", rule.rule}}, static_cast<std::uint64_t>(rule.phase));
}

}  // namespace

std::string agent_metrics(const AgentSnapshot& snapshot) {
  Exposition out;
  device_figures(out, snapshot);
  spool_figures(out, snapshot.spool);
  outcomes(out, snapshot.models);
  latencies(out, snapshot.models);
  confidences(out, snapshot.models);
  predictions(out, snapshot.models);
  losses(out, snapshot.models);
  lifecycles(out, snapshot.models);
  drift_figures(out, snapshot.models);
  rules(out, snapshot.models);
  return out.text();
}

}  // namespace drover::agent
