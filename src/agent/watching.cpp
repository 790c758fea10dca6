#include "agent/watching.h"

#include "base/log.h"
#include "monitor/figures.h"
#include "monitor/window_json.h"

namespace drover::agent {
namespace {

using nlohmann::json;
using policy::Action;

constexpr std::chrono::minutes kKeepEvery{60};

json window_entry(const ModelName& model, const Version& version, const monitor::ClosedOf& ended,
                  const monitor::Scheme& scheme) {
  const monitor::Closed& closed = ended.closed;
  json entry = {{"model", model.str()},
                {"version", version.str()},
                {"digest", ended.digest.hex()},
                {"window", monitor::to_json(closed.window, scheme)}};
  if (closed.confidence_rolling) entry["confidence_rolling"] = *closed.confidence_rolling;
  if (closed.judged) entry["drift"] = monitor::to_json(*closed.judged);
  if (!closed.rules.empty()) {
    json& rules = entry["rules"] = json::object();
    for (const auto& [name, phase] : closed.rules) rules[name] = policy::name(phase);
  }
  return entry;
}

json alert_entry(const ModelName& model, const Version& version, const Digest& digest,
                 const monitor::Finding& finding) {
  json actions = json::array();
  for (const Action action : finding.actions.list()) actions.push_back(policy::name(action));
  json alert = {{"model", model.str()},
                {"version", version.str()},
                {"digest", digest.hex()},
                {"rule", finding.rule},
                {"kind", monitor::name(finding.kind)},
                {"change", policy::name(finding.change)},
                {"at_ms", finding.at_ms},
                {"actions", std::move(actions)},
                {"outcome", ""},
                {"why", finding.why}};
  if (!finding.verdict.is_null()) alert["verdict"] = finding.verdict;
  return alert;
}

json holdout_entry(const ModelName& model, const lifecycle::Installed& version,
                   const monitor::Holdout& holdout) {
  json entry = {{"model", model.str()}, {"version", version.version.str()}, {"digest", version.digest.hex()}};
  entry.update(monitor::to_json(holdout));
  return entry;
}

/// What a window says, in short.
json window_status(const monitor::Closed& closed) {
  json out = {{"end_ms", closed.window.end_ms},
              {"inferences", closed.window.inferences()},
              {"labelled", closed.window.labelled},
              {"right", closed.window.right}};
  if (const auto rate = monitor::error_rate(closed.window)) out["error_rate"] = *rate;
  if (closed.confidence_rolling) out["confidence_rolling"] = *closed.confidence_rolling;
  if (closed.judged) out["drift"] = monitor::to_json(*closed.judged);
  json& rules = out["rules"] = json::object();
  for (const auto& [name, phase] : closed.rules) rules[name] = policy::name(phase);
  return out;
}

Code code_of(monitor::FindingKind kind) {
  return kind == monitor::FindingKind::rule ? Code::rule_fired : Code::drift_found;
}

}  // namespace

Watching::Watching(DeviceStore& store, const Clock& clock, fs::Path directory,
                   monitor::Watch::Options options, WatchHands& hands)
    : clock_(clock), store_(store, std::move(directory)), options_(options), hands_(hands) {}

std::int64_t Watching::now_ms() const {
  return std::chrono::milliseconds(clock_.now().time_since_epoch()).count();
}

void Watching::active_changed(const ModelName& model, const lifecycle::Installed& version) {
  Line& line = lines_[model];
  if (line.watch.active() == version.digest) return;
  keep(model, line, true);
  const bool is_start = !line.watch.active();
  const bool is_restart = is_start && store_.kept_last(model) == version.digest;
  auto opened = store_.open(model, version.digest, options_);
  if (!opened)
    return log::error("the version cannot be watched",
                      {{"model", model.str()}, {"why", opened.error().text()}});
  line.versions[version.digest] = version.version;
  line.watch.take_up(version.digest, std::move(opened->watch));
  if (is_start)
    if (const auto labels = store_.take_labels(model))
      if (const Status taken = line.watch.restore_labels(*labels); !taken)
        log::warn("labels of before the start cannot be joined",
                  {{"model", model.str()}, {"why", taken.error().text()}});
  go_on(model, line, is_restart);
}

/// A restart of the agent goes on where it was, with what is held and what waits to be taken back; a version
/// that was taken up begins its rules anew.
void Watching::go_on(const ModelName& model, Line& line, bool is_restart) {
  const Digest digest = *line.watch.active();
  monitor::Watch& watch = *line.watch.watch(digest);
  line.take_back.reset();
  line.last.reset();
  if (!is_restart)
    for (const monitor::Finding& finding : watch.begin_anew(now_ms()))
      act(model, line, digest, true, finding);
  if (const auto asking = watch.asking(Action::rollback))
    line.take_back = lifecycle::Failure{code_of(asking->kind), asking->rule + " fired before the restart"};
  auto ended = line.watch.tick(now_ms());
  std::ranges::move(ended, std::back_inserter(line.ended));
  hands_.hold(model, watch.asks(Action::hold));
  keep(model, line, true);
}

void Watching::record(const ModelName& model, const ring::Record& record) {
  Line& line = lines_[model];
  if (line.watch.add(record)) return;
  if (watch_also(model, line, Digest{record.digest}))
    line.watch.add(record);
  else
    line.watch.add_losses(0, 1);
}

bool Watching::watch_also(const ModelName& model, Line& line, const Digest& digest) {
  if (line.strangers.contains(digest) || line.strangers.size() == kStrangersMax) return false;
  auto opened = store_.open(model, digest, options_);
  if (!opened) {
    line.strangers.insert(digest);
    log::warn("inferences of a version that is not here are counted as bad records",
              {{"model", model.str()}, {"digest", digest.hex()}});
    return false;
  }
  line.versions[digest] = opened->version;
  opened->watch->tick(now_ms());
  line.watch.also(digest, std::move(opened->watch));
  return true;
}

void Watching::drained(const ModelName& model, std::uint64_t dropped, std::uint64_t bad) {
  Line& line = lines_[model];
  line.watch.drained();
  line.watch.add_losses(dropped, bad);
  for (const auto& [digest, labels] : line.watch.take_labelled()) hands_.labelled(model, digest, labels);
}

void Watching::death(const ModelName& model, const Digest& digest) { lines_[model].watch.add_death(digest); }

void Watching::measured(const ModelName& model, const lifecycle::Installed& version,
                        const bundle::HoldoutReport& report) {
  Line& line = lines_[model];
  const monitor::Holdout holdout{.at_ms = now_ms(), .samples = report.samples, .right = report.right};
  hands_.tell({{"holdout", holdout_entry(model, version, holdout)}});
  if (monitor::Watch* watch = line.watch.watch(version.digest)) watch->set_holdout(holdout);
  keep(model, line, false);
}

std::optional<monitor::Holdout> Watching::holdout(const ModelName& model) const {
  const auto found = lines_.find(model);
  if (found == lines_.end() || !found->second.watch.active()) return std::nullopt;
  const monitor::Watch* watch = found->second.watch.watch(*found->second.watch.active());
  return watch == nullptr ? std::nullopt : watch->holdout();
}

Monotonic Watching::due() const {
  Monotonic due = kNever;
  for (const auto& [model, line] : lines_) {
    if (!line.ended.empty()) return clock_.monotonic();
    if (const auto ends_ms = line.watch.due_ms())
      due = std::min(due, clock_.monotonic() +
                              std::chrono::milliseconds(std::max<std::int64_t>(*ends_ms - now_ms(), 0)));
  }
  return due;
}

void Watching::pump() {
  for (auto& [model, line] : lines_) {
    ended(model, line, std::exchange(line.ended, {}));
    ended(model, line, line.watch.tick(now_ms()));
    keep(model, line, false);
  }
}

void Watching::stop() {
  for (auto& [model, line] : lines_) {
    ended(model, line, std::exchange(line.ended, {}));
    ended(model, line, line.watch.finish_others());
    save(model, line, monitor::Watch::Open::saved);
    if (const Status kept = store_.keep_labels(model, line.watch.save_labels()); !kept)
      log::warn("what labels can be joined to is not kept",
                {{"model", model.str()}, {"why", kept.error().text()}});
  }
}

void Watching::ended(const ModelName& model, Line& line, std::vector<monitor::ClosedOf> windows) {
  if (windows.empty()) return;
  json entries = json::array();
  for (const monitor::ClosedOf& window : windows)
    if (const monitor::Watch* watch = line.watch.watch(window.digest))
      entries.push_back(window_entry(model, line.versions[window.digest], window, watch->scheme()));
  if (!entries.empty()) hands_.tell({{"windows", std::move(entries)}});
  if (line.take_back) try_take_back(model, line);
  for (monitor::ClosedOf& window : windows) {
    for (const monitor::Finding& finding : window.closed.findings)
      act(model, line, window.digest, window.is_active, finding);
    if (window.is_active) line.last = std::move(window.closed);
  }
}

std::uint64_t Watching::labels_unknown(const ModelName& model) const {
  const auto found = lines_.find(model);
  return found == lines_.end() ? 0 : found->second.watch.labels_unknown();
}

const monitor::Closed* Watching::last(const ModelName& model) const {
  const auto found = lines_.find(model);
  return found == lines_.end() || !found->second.last ? nullptr : &*found->second.last;
}

json Watching::status(const ModelName& model) const {
  const auto found = lines_.find(model);
  if (found == lines_.end()) return nullptr;
  const Line& line = found->second;
  json out;
  if (line.last) {
    out = window_status(*line.last);
    out["last_alert"] = line.last_alert;
    out["labels_unknown"] = line.watch.labels_unknown();
  }
  if (const auto known = holdout(model)) out["holdout"] = monitor::to_json(*known);
  return out;
}

/// Everything that changed is told; what a rule of the active version asks for is done.
void Watching::act(const ModelName& model, Line& line, const Digest& digest, bool is_active,
                   const monitor::Finding& finding) {
  json alert = alert_entry(model, line.versions[digest], digest, finding);
  if (is_active && finding.change == policy::Change::fired)
    alert["outcome"] = follow(model, line, finding, alert);
  if (is_active) hands_.hold(model, line.watch.watch(digest)->asks(Action::hold));
  const bool fired = finding.change == policy::Change::fired;
  if (fired && finding.kind == monitor::FindingKind::detector)
    hands_.alarmed(model, digest, finding.rule + ": " + finding.why);
  (fired ? log::warn : log::info)("rule " + std::string(policy::name(finding.change)),
                                  {{"model", model.str()},
                                   {"rule", finding.rule},
                                   {"why", finding.why},
                                   {"outcome", alert["outcome"].get<std::string>()}});
  line.last_alert = alert;
  line.last_alert.erase("verdict");
  hands_.tell({{"alerts", json::array({std::move(alert)})}});
}

std::string Watching::follow(const ModelName& model, Line& line, const monitor::Finding& finding,
                             const json& alert) {
  std::string outcome;
  const auto add = [&outcome](const std::string& words) {
    if (!outcome.empty()) outcome += "; ";
    outcome += words;
  };
  if (finding.actions.has(Action::rollback)) {
    const lifecycle::Failure why{code_of(finding.kind), finding.rule + ": " + finding.why};
    const auto done = hands_.take_back(model, why);
    if (!done) line.take_back = why;
    add(done.value_or("the rollback waits for the update under way"));
  }
  if (finding.actions.has(Action::hold)) add("held");
  if (finding.actions.has(Action::retrain))
    if (const auto& active = line.watch.active())
      add(hands_.retrain(model, line.watch.watch(*active)->policy(), alert));
  return outcome;
}

/// As long as a rule that asks for it fires.
void Watching::try_take_back(const ModelName& model, Line& line) {
  monitor::Watch* watch = line.watch.active() ? line.watch.watch(*line.watch.active()) : nullptr;
  if (watch == nullptr || !watch->asks(Action::rollback)) return line.take_back.reset();
  if (const auto done = hands_.take_back(model, *line.take_back)) {
    line.take_back.reset();
    log::warn("rolled back after waiting", {{"model", model.str()}, {"outcome", *done}});
  }
}

/// When rules changed, now and then, and at a change of version: a row of windows that is pending is kept at
/// each window.
void Watching::keep(const ModelName& model, Line& line, bool now) {
  const monitor::Watch* watch = line.watch.active() ? line.watch.watch(*line.watch.active()) : nullptr;
  if (watch == nullptr) return;
  const bool changed = watch->changes() != line.changes;
  if (now || changed || clock_.monotonic() >= line.keep_due)
    save(model, line, monitor::Watch::Open::left_out);
}

void Watching::save(const ModelName& model, Line& line, monitor::Watch::Open open) {
  const monitor::Watch* watch = line.watch.active() ? line.watch.watch(*line.watch.active()) : nullptr;
  if (watch == nullptr) return;
  line.changes = watch->changes();
  line.keep_due = clock_.monotonic() + kKeepEvery;
  if (const Status kept = store_.keep(model, *line.watch.active(), watch->save(open)); !kept)
    log::warn("what was watched cannot be kept", {{"model", model.str()}, {"why", kept.error().text()}});
}

}  // namespace drover::agent
