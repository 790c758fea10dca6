#pragma once

#include <chrono>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "drift/state/rolling_mean.h"
#include "drift/triage/sensor_watch.h"
#include "drift/triage/triage.h"
#include "monitor/detection.h"
#include "monitor/figures.h"
#include "monitor/holdout.h"
#include "monitor/judged.h"
#include "monitor/span.h"
#include "monitor/symptoms.h"
#include "monitor/window.h"
#include "policy/policy.h"
#include "policy/rule_state.h"

namespace drover::monitor {

enum class FindingKind : std::uint8_t { rule, detector };
std::string_view name(FindingKind kind);

/// What the end of a window changed: a rule that began, fired, ended, or a detector that alarmed.
struct Finding {
  FindingKind kind = FindingKind::rule;
  std::string rule;  // its name; of a detector "drift-inputs/mean"
  policy::Change change = policy::Change::none;
  std::int64_t at_ms = 0;
  policy::Actions actions;  // that follow when it fired
  std::string why;          // for people
  nlohmann::json
      verdict;  // the numbers that made it, to replay: docs/formats/verdict.md; null when not fired
};

/// A window that has ended, and what it says.
struct Closed {
  Window window;
  std::optional<double> confidence_rolling;    // mean of the last 100
  std::optional<Judged> judged;                // over the last 60 windows; nothing without a baseline
  std::map<std::string, policy::Phase> rules;  // those that are not inactive
  std::vector<Finding> findings;
};

/// Watches one version on one device: counts its inferences into windows, feeds the policy's detectors,
/// judges its rules at each window's end.
class Watch {
 public:
  struct Options {
    std::chrono::milliseconds window = std::chrono::minutes(1);
  };
  /// `baseline` may be null, see Scheme. Errors: as Scheme::make and Detection::make.
  static Result<std::unique_ptr<Watch>> make(std::shared_ptr<const drift::Baseline> baseline,
                                             std::vector<std::string> labels, policy::Policy policy,
                                             Options options);

  /// Ends the window when its time is over, or when the clock was set back before it. Call it before add().
  /// Windows lie at whole multiples of their length since 1970; one in which the agent began or ended is
  /// partial, with the bounds of a whole one.
  std::optional<Closed> tick(std::int64_t now_ms);
  /// Ends it now, before the agent stops.
  std::optional<Closed> finish();

  /// Into the window that is open; before the first tick() nothing is.
  void add(const ring::Record& record);
  void add_label(bool is_right);
  void add_losses(std::uint64_t dropped, std::uint64_t bad);
  void add_death();
  void set_holdout(const Holdout& measured);
  [[nodiscard]] const std::optional<Holdout>& holdout() const { return holdout_; }

  [[nodiscard]] const Scheme& scheme() const { return scheme_; }
  [[nodiscard]] const policy::Policy& policy() const { return policy_; }
  /// When the open window ends; nothing is open before the first tick().
  [[nodiscard]] std::optional<std::int64_t> ends_ms() const;
  struct Asking {
    FindingKind kind;
    std::string rule;
  };
  /// The first rule that fires now and asks for this.
  [[nodiscard]] std::optional<Asking> asking(policy::Action action) const;
  [[nodiscard]] bool asks(policy::Action action) const { return asking(action).has_value(); }
  /// Rules that fire now.
  [[nodiscard]] std::vector<std::string> firing() const;

  /// The version is taken up anew: its rules begin again, so that what took it back once can do so again.
  /// Detectors go on, whose alphas are for the device's whole life. What fired is resolved.
  std::vector<Finding> begin_anew(std::int64_t now_ms);

  /// States of rules, detectors, the rolling mean and the holdout. With the open window only where nothing
  /// comes after: a window that is restored and was told already would be told twice.
  enum class Open : bool { left_out, saved };
  [[nodiscard]] nlohmann::json save(Open open = Open::left_out) const;
  /// What fits this version's rules and detectors is taken up, the rest begins anew: names of what did not.
  std::vector<std::string> restore(const nlohmann::json& saved);
  /// Grows with each change that save() should not wait for: of a rule's state, while one is pending with
  /// each window, and when the holdout was measured.
  [[nodiscard]] std::uint64_t changes() const { return changes_; }

 private:
  struct Detecting {
    std::string rule;                // "drift-inputs/mean"
    std::string stream;              // "mean"
    const Column* column = nullptr;  // none for a stream of errors
    Detection detection;
  };
  struct Judging {
    policy::Rule rule;
    FindingKind kind = FindingKind::rule;
    policy::RuleState state;
  };

  Watch(Scheme scheme, policy::Policy policy, Options options);
  Status make_detections();
  void open(std::int64_t now_ms);
  void watch_sensors();
  void restore_window(const nlohmann::json& saved);
  Closed close();
  Status make_detections(const policy::DetectorChoice& choice);
  void make_rules();
  void feed(std::string_view stream, float value);
  /// What a rule's figures are taken over where that is longer than the window.
  struct Spanned {
    Window sum;
    bool is_full = false;
  };
  using Spans = std::map<std::chrono::milliseconds, Spanned>;
  /// False when the window is old to the rule, which then has not looked at it.
  bool judge_rule(Judging& judging, const Spans& spans, Closed& closed);
  [[nodiscard]] bool alarmed(std::string_view name) const;
  [[nodiscard]] Detecting* detecting(std::string_view rule);
  [[nodiscard]] std::vector<drift::RankedCause> causes(const Closed& closed) const;

  Scheme scheme_;
  std::shared_ptr<const drift::Baseline> baseline_;
  std::vector<std::string> labels_;
  policy::Policy policy_;
  std::int64_t window_ms_;
  std::chrono::milliseconds judged_span_;
  std::optional<Window> window_;
  std::list<Detecting> detections_;
  std::map<std::string, std::vector<Detection*>, std::less<>> fed_;  // by stream
  std::vector<Judging> judging_;
  std::map<std::chrono::milliseconds, Span> spans_;  // by length: the judged one, and those of rules
  drift::RollingMean rolling_;
  std::vector<drift::SensorWatch> sensors_;  // of each feature, in the open window
  RecentParts recent_;
  std::optional<Holdout> holdout_;
  std::uint64_t changes_ = 0;
};

}  // namespace drover::monitor
