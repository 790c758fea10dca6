// What the end of a window says of a rule.
#include <fmt/format.h>

#include <algorithm>

#include "monitor/symptoms.h"
#include "monitor/verdict.h"
#include "monitor/watch.h"

namespace drover::monitor {
namespace {

using policy::Function;

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

Watch::Detecting* Watch::detecting(std::string_view rule) {
  const auto found = std::ranges::find(detections_, rule, &Detecting::rule);
  return found == detections_.end() ? nullptr : &*found;
}

std::vector<drift::RankedCause> Watch::causes(const Closed& closed) const {
  return drift::rank_causes(symptoms_of({.scheme = scheme_,
                                         .baseline = baseline_.get(),
                                         .window = closed.window,
                                         .judged = closed.judged,
                                         .recent = recent_,
                                         .sensors = sensors_,
                                         .ranges = policy_.sensors,
                                         .holdout = holdout_}));
}

bool Watch::judge_rule(Judging& judging, const Spans& spans, Closed& closed) {
  const policy::Rule& rule = judging.rule;
  const auto span = spans.find(rule.over);
  const bool is_full = span == spans.end() || span->second.is_full;
  const Window* over = span == spans.end() ? &closed.window : &span->second.sum;
  const Aside aside{.holdout_accuracy = holdout_ ? std::optional(holdout_->accuracy()) : std::nullopt,
                    .alarmed = [this](std::string_view name) { return alarmed(name); },
                    .labels_min = rule.min_samples};
  const Figure seen = figure(rule.when.term, scheme_, *over, aside);
  const Figure seen_to_resolve = figure(rule.resolve.term, scheme_, *over, aside);
  const auto judged = [&](const policy::Condition& condition, const Figure& of) -> std::optional<bool> {
    if (policy::needs_samples(condition.term.function) && of.samples < rule.min_samples) return std::nullopt;
    if (policy::is_distance(condition.term.function) && !is_full) return std::nullopt;
    return policy::holds(condition, of.value);
  };
  const auto advance = policy::advance(rule, judging.state,
                                       {.start_ms = closed.window.begin_ms,
                                        .end_ms = closed.window.end_ms,
                                        .holds = judged(rule.when, seen),
                                        .resolves = judged(rule.resolve, seen_to_resolve)});
  judging.state = advance.next;
  if (advance.change == policy::Change::none) return !advance.is_old;
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
      finding.verdict = rule_verdict(rule, scheme_, {.baseline = baseline_.get(), .labels = labels_}, *over,
                                     seen, causes(closed));
    }
  }
  if (finding.why.empty() && seen.value) finding.why = figure_words(rule, seen);
  closed.findings.push_back(std::move(finding));
  return true;
}

}  // namespace drover::monitor
