#include "monitor/watch.h"

#include <algorithm>

#include "drift/reference.h"

namespace drover::monitor {
namespace {

/// The longer span that is judged beside the window itself.
constexpr std::int64_t kRecentWindows = 60;

std::chrono::milliseconds recent_of(Watch::Options options) { return options.window * kRecentWindows; }

std::vector<std::string> columns_of(const policy::DetectorRule& asked, const Scheme& scheme) {
  std::vector<std::string> names;
  for (const Column& column : scheme.features()) names.push_back(column.name);
  if (scheme.confidence()) names.push_back(scheme.confidence()->name);
  if (!asked.on_all())
    std::erase_if(
        names, [&](const std::string& name) { return std::ranges::find(asked.on, name) == asked.on.end(); });
  return names;
}

std::size_t place_of(const Scheme& scheme, const Column& column) {
  if (scheme.confidence() && &column == &*scheme.confidence()) return drift::kFeaturesMax;
  return static_cast<std::size_t>(&column - scheme.features().data());
}

}  // namespace

std::string_view name(FindingKind kind) { return kind == FindingKind::rule ? "rule" : "detector"; }

Watch::Watch(Scheme scheme, policy::Policy policy, Options options)
    : scheme_(std::move(scheme)),
      policy_(std::move(policy)),
      window_ms_(options.window.count()),
      recent_(recent_of(options)) {}

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
  for (const policy::DetectorRule& asked : policy_.detectors) {
    const std::vector<std::string> columns = columns_of(asked, scheme_);
    for (const std::string& name : columns) {
      const Column& column = *scheme_.column(name);
      auto made = Detection::make({.kind = asked.detector, .settings = asked.settings, .thin = asked.thin},
                                  column, columns.size());
      if (!made) return fail(std::move(made).error().in("column " + name).in("detector " + asked.name));
      detections_.push_back(
          {.rule = asked.name + "/" + name, .column = &column, .detection = std::move(*made)});
      fed_[place_of(scheme_, column)].push_back(&detections_.back().detection);
    }
  }
  return {};
}

/// The policy's rules, and one for each detector: it fires in the window of an alarm and resolves after as
/// many quiet windows as are judged together.
void Watch::make_rules() {
  for (const policy::Rule& rule : policy_.rules) {
    judging_.push_back({.rule = rule, .kind = FindingKind::rule, .state = {}, .span = {}});
    if (rule.over.count() > window_ms_) judging_.back().span.emplace(rule.over);
  }
  for (const policy::DetectorRule& asked : policy_.detectors)
    for (const Detecting& detecting : detections_) {
      if (!detecting.rule.starts_with(asked.name + "/")) continue;
      policy::Rule rule;
      rule.name = detecting.rule;
      rule.when = {.term = {.function = policy::Function::drift, .of = detecting.rule}};
      rule.resolve = policy::negation(rule.when);
      rule.keep_firing_for = std::chrono::milliseconds(window_ms_ * kRecentWindows);
      rule.min_samples = 0;
      rule.actions = asked.actions;
      judging_.push_back({.rule = rule, .kind = FindingKind::detector, .state = {}, .span = {}});
    }
}

void Watch::open(std::int64_t now_ms) {
  const std::int64_t begin_ms = now_ms - now_ms % window_ms_;
  window_ = Window::of(scheme_, begin_ms, begin_ms + window_ms_);
  sensors_.clear();
  for (const Column& column : scheme_.features())
    sensors_.emplace_back(column.reference->min, column.reference->max);
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
    for (Detection* detection : fed_[i]) detection->add(record.features[i]);
  }
  if (record.confidence >= 0)
    for (Detection* detection : fed_[drift::kFeaturesMax]) detection->add(record.confidence);
}

void Watch::add_label(bool is_right) {
  if (window_) window_->add_label(is_right);
}

void Watch::add_losses(std::uint64_t dropped, std::uint64_t bad) {
  if (!window_) return;
  window_->dropped += dropped;
  window_->bad += bad;
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
  recent_.add(closed.window);
  if (baseline_)
    if (const auto recent = recent_.sum()) {
      closed.judged = judge(scheme_, *recent);
      for (const Detecting& each : detections_) note(each.detection, each.column->name, *closed.judged);
    }
  for (Judging& judging : judging_) judge_rule(judging, closed);
  for (Detecting& detecting : detections_) detecting.detection.take_found();
  for (const Judging& judging : judging_)
    if (judging.state.phase != policy::Phase::inactive) closed.rules[judging.rule.name] = judging.state.phase;
  return closed;
}

std::vector<std::string> Watch::firing() const {
  std::vector<std::string> names;
  for (const Judging& judging : judging_)
    if (judging.state.phase == policy::Phase::firing) names.push_back(judging.rule.name);
  return names;
}

}  // namespace drover::monitor
