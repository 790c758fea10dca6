#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>

#include "agent/device_store.h"
#include "agent/part.h"
#include "agent/worker_run.h"
#include "bundle/worker_client.h"

namespace drover::agent {

/// Measures how well each model's active version knows its bundle's labelled holdout: after each swap and now
/// and then, one version at a time, at a low priority, and only while the machine is free for it. What fails
/// is logged and tried again when it is due again; nothing follows from it.
class Holdouts : public Part {
 public:
  struct Options {
    bundle::WorkerOptions worker;  // its memory_mb_max: the owner's, or 0
    std::chrono::milliseconds every =
        std::chrono::hours(24);                           // a tenth earlier or later; 0: after swaps only
    std::function<double()> jitter = [] { return 0.5; };  // in [0, 1)
  };
  using OnMeasured = std::function<void(const ModelName& model, const lifecycle::Installed& version,
                                        const bundle::HoldoutReport& report)>;
  /// `may_run`: no update is at work and no other worker runs.
  Holdouts(DeviceStore& store, const Clock& clock, Options options, std::function<bool()> may_run,
           OnMeasured measured);

  /// This version is the active one now. `measured_ms`: when it was measured last; at a start, what was kept
  /// holds until it is due again.
  void active_changed(const ModelName& model, const lifecycle::Installed& version,
                      std::optional<std::int64_t> measured_ms);
  /// Another worker is about to run: what is under way is dropped and begins anew when the machine is free.
  void give_way() { run_.reset(); }

  void descriptors(std::vector<int>& into) const override;
  [[nodiscard]] Monotonic due() const override;
  void pump() override;

 private:
  struct Active {
    lifecycle::Installed version;
    Monotonic due_at{0};
  };
  struct Run {
    ModelName model;
    std::unique_ptr<WorkerRun> worker;
  };

  [[nodiscard]] bool has_holdout(const ModelName& model, const Digest& digest) const;
  [[nodiscard]] Monotonic first_due(std::int64_t measured_ms) const;
  [[nodiscard]] Monotonic next_due() const;
  void begin(const ModelName& model, Active& active);
  void ended(const ProcessResult& result);

  DeviceStore& store_;
  const Clock& clock_;
  Options options_;
  std::function<bool()> may_run_;
  OnMeasured measured_;
  std::map<ModelName, Active> active_;
  std::optional<Run> run_;
};

}  // namespace drover::agent
