#include "agent/holdouts.h"

#include <fmt/format.h>

#include <algorithm>

#include "agent/smoke_memory.h"
#include "base/log.h"
#include "bundle/manifest.h"

namespace drover::agent {

using std::chrono::milliseconds;

Holdouts::Holdouts(DeviceStore& store, const Clock& clock, Options options, std::function<bool()> may_run,
                   OnMeasured measured)
    : store_(store),
      clock_(clock),
      options_(std::move(options)),
      may_run_(std::move(may_run)),
      measured_(std::move(measured)) {}

void Holdouts::active_changed(const ModelName& model, const lifecycle::Installed& version,
                              std::optional<std::int64_t> measured_ms) {
  const auto known = active_.find(model);
  if (known != active_.end() && known->second.version.digest == version.digest) return;
  if (run_ && run_->model == model) run_.reset();
  const bool is_start = known == active_.end();
  Active active{.version = version, .due_at = clock_.monotonic()};
  if (!has_holdout(model, version.digest))
    active.due_at = kNever;
  else if (is_start && measured_ms)
    active.due_at = first_due(*measured_ms);
  active_.insert_or_assign(model, std::move(active));
}

/// A manifest that cannot be read is a matter of the smoke test's.
bool Holdouts::has_holdout(const ModelName& model, const Digest& digest) const {
  const fs::Path path = store_.paths(model).version(digest) / bundle::kManifestPath;
  const auto text = fs::read_file(store_.files(), path, bundle::kManifestBytesMax);
  const auto manifest =
      text ? bundle::parse_manifest(as_text(*text)) : Result<bundle::Manifest>(fail(text.error()));
  return manifest && bundle::table_path(*manifest, "holdout/inputs");
}

Monotonic Holdouts::next_due() const {
  if (options_.every == milliseconds(0)) return kNever;
  return clock_.monotonic() +
         std::chrono::duration_cast<milliseconds>(options_.every * (0.9 + 0.2 * options_.jitter()));
}

/// A wrong clock makes it no later than a whole period from now.
Monotonic Holdouts::first_due(std::int64_t measured_ms) const {
  const Monotonic next = next_due();
  if (next == kNever) return kNever;
  const auto now_ms = milliseconds(clock_.now().time_since_epoch()).count();
  const milliseconds age(std::clamp<std::int64_t>(now_ms - measured_ms, 0, options_.every.count()));
  return std::max(next - age, clock_.monotonic());
}

void Holdouts::descriptors(std::vector<int>& into) const {
  if (run_) run_->worker->descriptors(into);
}

Monotonic Holdouts::due() const {
  if (run_) return run_->worker->due();
  Monotonic due = kNever;
  for (const auto& [model, active] : active_) due = std::min(due, active.due_at);
  // What occupies the machine wakes the loop when it ends.
  return due > clock_.monotonic() || may_run_() ? due : kNever;
}

void Holdouts::pump() {
  if (run_ && !may_run_()) give_way();
  if (run_) return run_->worker->pump();
  const auto next =
      std::ranges::min_element(active_, {}, [](const auto& entry) { return entry.second.due_at; });
  if (next == active_.end() || next->second.due_at > clock_.monotonic() || !may_run_()) return;
  begin(next->first, next->second);
}

void Holdouts::begin(const ModelName& model, Active& active) {
  const fs::Path directory = store_.paths(model).version(active.version.digest);
  const bundle::WorkerOptions worker = with_memory(options_.worker, store_.files(), directory);
  auto started = WorkerRun::start(bundle::holdout_command(worker, directory), Haste::none,
                                  [this](const ProcessResult& result) { ended(result); });
  if (!started) {
    active.due_at = next_due();
    return log::warn("the holdout cannot be measured",
                     {{"model", model.str()}, {"why", started.error().text()}});
  }
  run_ = Run{.model = model, .worker = std::move(*started)};
}

void Holdouts::ended(const ProcessResult& result) {
  const ModelName model = run_->model;
  run_.reset();
  Active& active = active_.at(model);
  active.due_at = next_due();
  const auto report = bundle::interpret_holdout(result);
  if (!report)
    return log::warn(
        "the holdout was not measured",
        {{"model", model.str()}, {"version", active.version.version.str()}, {"why", report.error().text()}});
  log::info("holdout", {{"model", model.str()},
                        {"version", active.version.version.str()},
                        {"samples", fmt::to_string(report->samples)},
                        {"accuracy", fmt::format("{:.4f}", report->accuracy())}});
  measured_(model, active.version, *report);
}

}  // namespace drover::agent
