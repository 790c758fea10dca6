#include "agent/retraining.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/canonical_json.h"
#include "base/log.h"

namespace drover::agent {
namespace {

using nlohmann::json;

constexpr std::size_t kEvidenceKept = 10;
constexpr std::uint64_t kStateBytesMax = std::uint64_t{1} << 20;
constexpr std::chrono::hours kCommandTimeMax{24};

std::map<ModelName, policy::RetrainState> read_states(fs::FileSystem& files, const fs::Path& path) {
  std::map<ModelName, policy::RetrainState> states;
  const auto text = fs::read_file(files, path, kStateBytesMax);
  const auto document = text ? parse_json(as_text(*text)) : Result<json>(fail(text.error()));
  if (!document || !document->is_object()) return states;
  for (const auto& [name, value] : document->items()) {
    const auto model = ModelName::parse(name);
    const auto state = policy::retrain_state_from_json(value);
    if (model && state) states[*model] = *state;
  }
  return states;
}

/// Its name sorts behind all that are there, also when the clock was set back. The time leads, for people.
std::uint64_t next_number(fs::FileSystem& files, const fs::Path& folder, UnixTime now) {
  auto number = static_cast<std::uint64_t>(std::max<std::int64_t>(now.time_since_epoch().count(), 0));
  for (const std::string& name : files.list(folder).value_or(std::vector<std::string>{})) {
    std::uint64_t there = 0;
    const auto read = std::from_chars(name.data(), name.data() + name.size(), there);
    if (read.ec == std::errc() && there < UINT64_MAX) number = std::max(number, there + 1);
  }
  return number;
}

std::vector<std::string> with_evidence(std::vector<std::string> argv, const fs::Path& evidence) {
  for (std::string& word : argv)
    if (const auto at = word.find(policy::kEvidence); at != std::string::npos)
      word.replace(at, policy::kEvidence.size(), evidence.string());
  return argv;
}

}  // namespace

Retraining::Retraining(Outside& outside, fs::Path directory)
    : outside_(outside), directory_(std::move(directory)), post_(outside, directory_ / "posting.json") {}

policy::RetrainState& Retraining::state(const ModelName& model) {
  if (!states_) states_ = read_states(outside_.files, directory_ / "retrain.json");
  return (*states_)[model];
}

std::string Retraining::ask(const ModelName& model, const policy::Retrain& retrain, const json& evidence) {
  if (child_ || post_.busy()) {
    waiting_.insert_or_assign(model, Waiting{retrain, evidence});
    return "the retraining waits for the one that is being asked for";
  }
  const std::int64_t now_ms = std::chrono::milliseconds(outside_.clock.now().time_since_epoch()).count();
  const policy::RetrainDecision decision = policy::may_retrain(state(model), retrain, now_ms);
  if (decision.answer != policy::RetrainAnswer::yes)
    return fmt::format("no retraining: {} (for {} s)", policy::name(decision.answer),
                       decision.wait_ms / 1000);
  if (const Status kept = remember(model, decision.next); !kept)
    return "no retraining: " + kept.error().text();
  const auto written = write(model, evidence);
  if (!written) return "no retraining: " + written.error().text();
  const Status started = retrain.url.empty() ? run(retrain, *written) : post_.begin(retrain.url, *written);
  return started ? "retraining asked for" : "no retraining: " + started.error().text();
}

Status Retraining::remember(const ModelName& model, const policy::RetrainState& next) {
  state(model) = next;
  json document = json::object();
  for (const auto& [name, kept] : *states_) document[name.str()] = policy::to_json(kept);
  DROVER_TRY(fs::make_directories(outside_.files, directory_));
  return fs::write_atomically(outside_.files, directory_ / "retrain.json", as_bytes(document.dump()));
}

Result<fs::Path> Retraining::write(const ModelName& model, const json& evidence) {
  const fs::Path folder = directory_ / "evidence";
  DROVER_TRY(fs::make_directories(outside_.files, folder));
  const fs::Path path =
      folder /
      fmt::format("{:020}-{}.json", next_number(outside_.files, folder, outside_.clock.now()), model.str());
  DROVER_TRY(fs::write_atomically(outside_.files, path, as_bytes(evidence.dump(1) + "\n")));
  drop_old_evidence();
  return path;
}

void Retraining::drop_old_evidence() {
  auto names = outside_.files.list(directory_ / "evidence");
  if (!names) return;
  std::ranges::sort(*names);
  for (std::size_t i = 0; i + kEvidenceKept < names->size(); ++i)
    static_cast<void>(outside_.files.unlink(directory_ / "evidence" / (*names)[i]));
}

Status Retraining::run(const policy::Retrain& retrain, const fs::Path& evidence) {
  auto child = Child::start({.argv = with_evidence(retrain.command, evidence),
                             .time_max = std::chrono::milliseconds(kCommandTimeMax)},
                            outside_.clock);
  if (!child) return fail(child.error());
  child_ = std::move(*child);
  return {};
}

void Retraining::descriptors(std::vector<int>& into) const {
  if (!child_) return;
  const auto fds = child_->fds();
  into.insert(into.end(), fds.begin(), fds.end());
}

Monotonic Retraining::due() const {
  const Monotonic child = child_ ? outside_.clock.monotonic() + child_->poll_timeout() : kNever;
  const bool is_free = !child_ && post_.due() == kNever;
  return !waiting_.empty() && is_free ? outside_.clock.monotonic() : std::min(child, post_.due());
}

void Retraining::pump() {
  post_.pump();
  end_child();
  ask_next();
}

void Retraining::end_child() {
  if (!child_ || !child_->pump()) return;
  const ProcessResult& result = child_->result();
  if (result.ok())
    log::info("the retraining command is done");
  else
    log::error("the retraining command failed", {{"why", result.explain()}, {"said", result.stderr_tail()}});
  child_.reset();
}

/// One that waited is asked for when nothing else is: of each model the newest.
void Retraining::ask_next() {
  while (!waiting_.empty() && !child_ && !post_.busy()) {
    const auto next = waiting_.extract(waiting_.begin());
    const std::string outcome = ask(next.key(), next.mapped().retrain, next.mapped().evidence);
    log::info("a retraining that waited", {{"model", next.key().str()}, {"outcome", outcome}});
  }
}

}  // namespace drover::agent
