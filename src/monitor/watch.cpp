#include "monitor/watch.h"

#include <algorithm>

#include "drift/reference.h"

namespace drover::monitor {
namespace {

/// The longer span that is judged beside the window itself.
constexpr std::int64_t kRecentWindows = 60;

}  // namespace

std::string_view name(FindingKind kind) { return kind == FindingKind::rule ? "rule" : "detector"; }

Watch::Watch(Scheme scheme, policy::Policy policy, Options options)
    : scheme_(std::move(scheme)),
      policy_(std::move(policy)),
      window_ms_(options.window.count()),
      judged_span_(options.window * kRecentWindows) {
  spans_.emplace(judged_span_, judged_span_);
}

Result<std::unique_ptr<Watch>> Watch::make(std::shared_ptr<const drift::Baseline> baseline,
                                           std::vector<std::string> labels, policy::Policy policy,
                                           Options options) {
  Scheme scheme = DROVER_TRY(Scheme::make(baseline, labels));
  std::unique_ptr<Watch> watch(new Watch(std::move(scheme), std::move(policy), options));
  watch->baseline_ = std::move(baseline);
  watch->labels_ = std::move(labels);
  DROVER_TRY(watch->make_detections());
  watch->make_rules();
  return watch;
}

Status Watch::make_detections() {
  for (const policy::DetectorChoice& choice : policy_.detectors)
    DROVER_TRY(make_detections(choice).in("detector " + choice.name));
  return {};
}

Status Watch::make_detections(const policy::DetectorChoice& choice) {
  std::vector<std::string> features;
  for (const Column& column : scheme_.features()) features.push_back(column.name);
  const auto streams = policy::streams_of(choice, features, scheme_.confidence().has_value());
  if (streams.empty()) return {};
  const auto settings = DROVER_TRY(policy::settings_of(choice, streams.size()));
  for (const std::string& stream : streams) {
    const Column* column = scheme_.column(stream);
    if (column == nullptr && !policy::takes_errors(choice))
      return fail(Code::not_found, stream + ": the baseline has no such column");
    Detection made = DROVER_TRY(Detection::make(choice, settings, column).in(stream));
    detections_.push_back({.rule = choice.name + "/" + stream,
                           .stream = stream,
                           .column = column,
                           .detection = std::move(made)});
    fed_[stream].push_back(&detections_.back().detection);
  }
  return {};
}

/// The policy's rules, and one for each detector: it fires in the window of an alarm and resolves after as
/// many quiet windows as are judged together.
void Watch::make_rules() {
  for (const policy::Rule& rule : policy_.rules) {
    judging_.push_back({.rule = rule, .kind = FindingKind::rule, .state = {}});
    if (rule.over.count() > window_ms_) spans_.emplace(rule.over, rule.over);
  }
  for (const policy::DetectorChoice& choice : policy_.detectors)
    for (const Detecting& detecting : detections_) {
      if (!detecting.rule.starts_with(choice.name + "/")) continue;
      policy::Rule rule;
      rule.name = detecting.rule;
      rule.when = {.term = {.function = policy::Function::drift, .of = detecting.rule}};
      rule.resolve = policy::negation(rule.when);
      rule.keep_firing_for = std::chrono::milliseconds(window_ms_ * kRecentWindows);
      rule.min_samples = 0;
      rule.actions = choice.actions;
      judging_.push_back({.rule = rule, .kind = FindingKind::detector, .state = {}});
    }
}

void Watch::open(std::int64_t now_ms) {
  const std::int64_t begin_ms = now_ms - now_ms % window_ms_;
  window_ = Window::of(scheme_, begin_ms, begin_ms + window_ms_);
  watch_sensors();
}

void Watch::watch_sensors() {
  sensors_.clear();
  for (const Column& column : scheme_.features()) {
    const auto range = std::ranges::find(policy_.sensors, column.name, &policy::SensorRange::feature);
    const policy::SensorRange known = range == policy_.sensors.end() ? policy::SensorRange{} : *range;
    sensors_.emplace_back(static_cast<float>(known.black), static_cast<float>(known.saturated));
  }
}

std::optional<Closed> Watch::tick(std::int64_t now_ms) {
  std::optional<Closed> closed;
  if (window_ && (now_ms >= window_->end_ms || now_ms < window_->begin_ms)) closed = close();
  if (!window_) open(now_ms);
  return closed;
}

std::optional<Closed> Watch::finish() {
  if (!window_) return std::nullopt;
  return close();
}

std::optional<std::int64_t> Watch::ends_ms() const {
  return window_ ? std::optional(window_->end_ms) : std::nullopt;
}

void Watch::add(const ring::Record& record) {
  if (!window_) return;
  window_->add(scheme_, record);
  if (record.confidence >= 0) rolling_.add(record.confidence);
  const std::size_t given = std::min<std::size_t>(record.feature_count, scheme_.features().size());
  for (std::size_t i = 0; i < given; ++i) {
    sensors_[i].update(record.features[i]);
    feed(scheme_.features()[i].name, record.features[i]);
  }
  if (record.confidence >= 0) feed(drift::kConfidenceColumn, record.confidence);
  feed(policy::kFailedStream, record.outcome == ring::Outcome::ok ? 0 : 1);
}

void Watch::feed(std::string_view stream, float value) {
  const auto found = fed_.find(stream);
  if (found == fed_.end()) return;
  for (Detection* detection : found->second) detection->add(value);
}

void Watch::add_label(bool is_right) {
  if (!window_) return;
  window_->add_label(is_right);
  feed(policy::kWrongStream, is_right ? 0 : 1);
}

void Watch::add_losses(std::uint64_t dropped, std::uint64_t bad) {
  if (!window_) return;
  window_->dropped += dropped;
  window_->bad += bad;
}

void Watch::set_holdout(const Holdout& measured) {
  holdout_ = measured;
  ++changes_;
}

void Watch::add_death() {
  if (window_) ++window_->deaths;
}

Closed Watch::close() {
  Closed closed{.window = *std::exchange(window_, std::nullopt),
                .confidence_rolling = rolling_.mean(),
                .judged = {},
                .rules = {},
                .findings = {}};
  if (baseline_) recent_.add(closed.window);
  Spans spans;
  for (auto& [length, span] : spans_) {
    span.add(closed.window);
    if (auto sum = span.sum()) spans.emplace(length, Spanned{std::move(*sum), span.is_full()});
  }
  if (const auto recent = spans.find(judged_span_); baseline_ && recent != spans.end()) {
    closed.judged = judge(scheme_, recent->second.sum);
    for (const Detecting& each : detections_) note(each.detection, each.stream, *closed.judged);
  }
  std::vector<Detecting*> told;
  for (Judging& judging : judging_)
    if (judge_rule(judging, spans, closed) && judging.kind == FindingKind::detector)
      told.push_back(detecting(judging.rule.name));
  for (Detecting* each : told) each->detection.take_found();
  for (const Judging& judging : judging_)
    if (judging.state.phase != policy::Phase::inactive) closed.rules[judging.rule.name] = judging.state.phase;
  if (!closed.rules.empty()) ++changes_;
  return closed;
}

std::optional<Watch::Asking> Watch::asking(policy::Action action) const {
  for (const Judging& judging : judging_)
    if (judging.state.phase == policy::Phase::firing && judging.rule.actions.has(action))
      return Asking{.kind = judging.kind, .rule = judging.rule.name};
  return std::nullopt;
}

std::vector<Finding> Watch::begin_anew(std::int64_t now_ms) {
  std::vector<Finding> resolved;
  for (Judging& judging : judging_) {
    if (judging.state.phase == policy::Phase::firing)
      resolved.push_back({.kind = judging.kind,
                          .rule = judging.rule.name,
                          .change = policy::Change::resolved,
                          .at_ms = now_ms,
                          .actions = {},
                          .why = "the version was taken up anew",
                          .verdict = nullptr});
    judging.state = {.last_start_ms = judging.state.last_start_ms, .last_end_ms = judging.state.last_end_ms};
  }
  ++changes_;
  return resolved;
}

std::vector<std::string> Watch::firing() const {
  std::vector<std::string> names;
  for (const Judging& judging : judging_)
    if (judging.state.phase == policy::Phase::firing) names.push_back(judging.rule.name);
  return names;
}

}  // namespace drover::monitor
