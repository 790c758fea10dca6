// What the end of a window says of a rule.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "monitor/verdict.h"
#include "monitor/watch.h"

namespace drover::monitor {
namespace {

using policy::Function;

/// Fewer equal values in a row than this can be chance where a camera looks at something that stands still.
constexpr double kFrozenRun = 100, kStuckShare = 0.5;
constexpr double kMixLimit = 0.1;  // total variation between the classes' mixes
/// How far the distance of a column may be from its baseline's and be none: the tolerance that is the
/// default of the detectors, and twice the noise of n values.
double distance_limit(std::uint64_t n) {
  return 0.02 + 2 / std::sqrt(static_cast<double>(std::max<std::uint64_t>(n, 1)));
}

void keep_farther(const ColumnJudged& column, std::optional<drift::Measured>& farthest) {
  const drift::Measured measured{.value = column.ks.lower, .limit = distance_limit(column.n)};
  if (!farthest || measured.value / measured.limit > farthest->value / farthest->limit) farthest = measured;
}

/// In the window that ended and in the longer span: a change that just began is clearest in the one, a small
/// one in the other.
void note_distances(const Judged& judged, drift::Symptoms& symptoms) {
  for (const auto& [name, column] : judged.columns)
    keep_farther(column, name == policy::kConfidence ? symptoms.confidence : symptoms.inputs);
}

std::optional<drift::Measured> class_mix(const Scheme& scheme, const Window& over) {
  const auto reference = scheme.class_reference();
  const auto current = std::span(over.classes).first(scheme.classes());
  const auto total = [](auto counts) {
    return static_cast<double>(std::accumulate(counts.begin(), counts.end(), std::uint64_t{0}));
  };
  if (reference.empty() || total(reference) == 0 || total(current) == 0) return std::nullopt;
  double apart = 0;
  for (std::size_t i = 0; i < current.size(); ++i)
    apart += std::abs(static_cast<double>(current[i]) / total(current) -
                      static_cast<double>(reference[i]) / total(reference));
  return drift::Measured{.value = apart / 2, .limit = kMixLimit};
}

std::string figure_words(const policy::Rule& rule, const Figure& figure) {
  return fmt::format("{}: {:.4g} over {} {}", policy::to_string(rule.when), *figure.value, figure.samples,
                     rule.when.term.function == Function::accuracy ? "labels" : "inferences");
}

std::string alarm_words(const drift::Alarm& alarm, const std::string& stream) {
  std::string what = alarm.family.empty() ? "changed" : alarm.family + " " + alarm.direction;
  return fmt::format("{}: {}, {:.4g} reached {:.4g} after {} observations, about {} since the change", stream,
                     what, alarm.statistic, alarm.threshold, alarm.index,
                     alarm.index >= alarm.onset ? alarm.index - alarm.onset : 0);
}

}  // namespace

bool Watch::alarmed(std::string_view name) const {
  return std::ranges::any_of(detections_, [&](const Detecting& each) {
    const bool meant = name == policy::kAll || each.rule == name ||
                       (each.rule.starts_with(name) && each.rule.substr(name.size()).starts_with('/'));
    return meant && each.detection.found().has_value();
  });
}

const Watch::Detecting* Watch::detecting(std::string_view rule) const {
  const auto found = std::ranges::find(detections_, rule, &Detecting::rule);
  return found == detections_.end() ? nullptr : &*found;
}

std::vector<drift::RankedCause> Watch::causes(const Closed& closed) const {
  drift::Symptoms symptoms;
  note_distances(judge(scheme_, closed.window), symptoms);
  if (closed.judged) note_distances(*closed.judged, symptoms);
  symptoms.class_mix = class_mix(scheme_, closed.window);
  for (const drift::SensorWatch& sensor : sensors_) {
    const auto run = static_cast<double>(sensor.longest_run());
    if (!symptoms.frozen || run > symptoms.frozen->value) symptoms.frozen = {run, kFrozenRun};
    if (!symptoms.stuck || sensor.stuck() > symptoms.stuck->value)
      symptoms.stuck = {sensor.stuck(), kStuckShare};
  }
  return drift::rank_causes(symptoms);
}

void Watch::judge_rule(Judging& judging, const Spans& spans, Closed& closed) {
  const policy::Rule& rule = judging.rule;
  const auto span = spans.find(rule.over);
  const Window* over = span == spans.end() ? &closed.window : &span->second;
  const Aside aside{.holdout_accuracy = holdout_ ? std::optional(holdout_->accuracy()) : std::nullopt,
                    .alarmed = [this](std::string_view name) { return alarmed(name); }};
  const Figure seen = figure(rule.when.term, scheme_, *over, aside);
  const Figure seen_to_resolve = figure(rule.resolve.term, scheme_, *over, aside);
  const auto judged = [&](const policy::Condition& condition, const Figure& of) -> std::optional<bool> {
    if (policy::needs_samples(condition.term.function) && of.samples < rule.min_samples) return std::nullopt;
    return policy::holds(condition, of.value);
  };
  const auto advance = policy::advance(rule, judging.state,
                                       {.start_ms = closed.window.begin_ms,
                                        .end_ms = closed.window.end_ms,
                                        .holds = judged(rule.when, seen),
                                        .resolves = judged(rule.resolve, seen_to_resolve)});
  judging.state = advance.next;
  if (advance.change == policy::Change::none) return;
  ++changes_;
  Finding finding{.kind = judging.kind,
                  .rule = rule.name,
                  .change = advance.change,
                  .at_ms = closed.window.end_ms,
                  .actions = {},
                  .why = {},
                  .verdict = nullptr};
  const Detecting* of = judging.kind == FindingKind::detector ? detecting(rule.name) : nullptr;
  if (advance.change == policy::Change::fired) {
    finding.actions = rule.actions;
    if (of != nullptr) {
      finding.why = alarm_words(of->detection.found()->alarm, of->stream);
      finding.verdict = detector_verdict(of->stream, of->column, *of->detection.found(), causes(closed));
    } else {
      finding.verdict =
          rule_verdict(rule, scheme_, {.baseline = baseline_.get(), .labels = labels_}, *over, seen);
    }
  }
  if (finding.why.empty() && seen.value) finding.why = figure_words(rule, seen);
  closed.findings.push_back(std::move(finding));
}

}  // namespace drover::monitor
