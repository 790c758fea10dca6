#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>

#include <nlohmann/json.hpp>

#include "agent/part.h"
#include "agent/ring_drain.h"
#include "agent/watch_store.h"
#include "bundle/worker_protocol.h"
#include "lifecycle/counts.h"
#include "monitor/line_watch.h"

namespace drover::agent {

/// What the watching part asks of the agent.
class WatchHands {
 public:
  virtual ~WatchHands() = default;
  /// An entry of telemetry: {"windows": […]}, {"alerts": […]} or {"holdout": {…}}.
  virtual void tell(nlohmann::json entry) = 0;
  /// Take the active version back. What came of it, in words; nothing when it cannot be done now and is to be
  /// asked for again.
  virtual std::optional<std::string> take_back(const ModelName& model, const lifecycle::Failure& why) = 0;
  /// While true the version is not committed and no other one is taken up.
  virtual void hold(const ModelName& model, bool is_held) = 0;
  /// Ask for a retraining. What came of it, in words.
  virtual std::string retrain(const ModelName& model, const policy::Policy& policy,
                              const nlohmann::json& evidence) = 0;
  /// A detector alarmed on this version.
  virtual void alarmed(const ModelName& model, const Digest& digest, const std::string& why) = 0;
  /// Labels that came for inferences of this version.
  virtual void labelled(const ModelName& model, const Digest& digest, const monitor::Labelled& labels) = 0;
};

/// Watches what the rings bring: a window a minute into telemetry, findings into actions. All decisions are
/// monitor's; here they meet clock, disk and the rest of the agent.
class Watching : public Part, public RingListener {
 public:
  Watching(DeviceStore& store, const Clock& clock, fs::Path directory, monitor::Watch::Options options,
           WatchHands& hands);

  /// This version is the active one now.
  void active_changed(const ModelName& model, const lifecycle::Installed& version);
  /// The agent stops: states go to the disk, with the active version's open window, which goes on after the
  /// next start.
  void stop();

  void record(const ModelName& model, const ring::Record& record) override;
  void drained(const ModelName& model, std::uint64_t dropped, std::uint64_t bad) override;
  void death(const ModelName& model, const Digest& digest) override;
  /// The worker measured this version on its holdout: told, kept, and judged by rules from the next window's
  /// end on.
  void measured(const ModelName& model, const lifecycle::Installed& version,
                const bundle::HoldoutReport& report);
  /// What the active version knows of its holdout; none before it was measured.
  [[nodiscard]] std::optional<monitor::Holdout> holdout(const ModelName& model) const;

  [[nodiscard]] Monotonic due() const override;
  void pump() override;

  /// Labels that came for inferences that nobody remembers, since the start.
  [[nodiscard]] std::uint64_t labels_unknown(const ModelName& model) const;

  /// The last window of the active version; null before its first.
  [[nodiscard]] const monitor::Closed* last(const ModelName& model) const;
  /// What the last window of the active version says, the last alert, and the holdout: for `drover-agent
  /// status`. Null before the first of them.
  [[nodiscard]] nlohmann::json status(const ModelName& model) const;

 private:
  struct Line {
    monitor::LineWatch watch;
    std::map<Digest, Version> versions;
    std::optional<lifecycle::Failure> take_back;  // asked for, and not done yet
    std::vector<monitor::ClosedOf> ended;         // by a start, and not yet looked at
    std::set<Digest> strangers;                   // that cannot be watched: no version of theirs is here
    std::uint64_t changes = 0;                    // of the active watch, as last kept
    Monotonic keep_due{0};
    std::optional<monitor::Closed> last;  // of the active version
    nlohmann::json last_alert;            // without its verdict
  };

  static constexpr std::size_t kStrangersMax = 64;

  [[nodiscard]] std::int64_t now_ms() const;
  void go_on(const ModelName& model, Line& line, bool is_restart);
  /// Records of a version that is not watched yet, from an application that still runs it, or runs it again.
  bool watch_also(const ModelName& model, Line& line, const Digest& digest);
  void ended(const ModelName& model, Line& line, std::vector<monitor::ClosedOf> windows);
  void act(const ModelName& model, Line& line, const Digest& digest, bool is_active,
           const monitor::Finding& finding);
  std::string follow(const ModelName& model, Line& line, const monitor::Finding& finding,
                     const nlohmann::json& alert);
  void try_take_back(const ModelName& model, Line& line);
  void keep(const ModelName& model, Line& line, bool now);
  void save(const ModelName& model, Line& line, monitor::Watch::Open open);

  const Clock& clock_;
  WatchStore store_;
  monitor::Watch::Options options_;
  WatchHands& hands_;
  std::map<ModelName, Line> lines_;
};

}  // namespace drover::agent
