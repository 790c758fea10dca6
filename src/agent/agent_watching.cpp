// What watching asks of the agent.
#include <fmt/format.h>

#include "agent/agent.h"
#include "base/log.h"

namespace drover::agent {

void Agent::tell(nlohmann::json entry) {
  if (influx_) influx_->take(entry);
  if (telemetry_) telemetry_->add(std::move(entry));
}

std::optional<std::string> Agent::take_back(const ModelName& model, const lifecycle::Failure& why) {
  Updater& updater = lines_.at(model)->updater();
  const Status taken = updater.take_back(why);
  if (!taken && taken.error().code == Code::conflict) return std::nullopt;
  if (!taken) return fmt::format("held: {}", taken.error().message);
  const auto& back = updater.record().going_back_to;
  for (const lifecycle::Installed& kept : updater.record().kept)
    if (back == kept.digest) return "rolled back to " + kept.version.str();
  return "rolled back";
}

void Agent::hold(const ModelName& model, bool is_held) {
  if (const auto line = lines_.find(model); line != lines_.end() && line->second)
    line->second->updater().hold(is_held);
}

std::string Agent::retrain(const ModelName& model, const policy::Policy& policy,
                           const nlohmann::json& evidence) {
  if (!policy.retrain) return "no retraining: the policy has no [retrain]";
  return retraining_.ask(model, *policy.retrain, evidence);
}

void Agent::alarmed(const ModelName& model, const Digest& digest, const std::string& why) {
  if (const auto line = lines_.find(model); line != lines_.end())
    line->second->updater().alarmed(digest, why);
}

void Agent::labelled(const ModelName& model, const Digest& digest, const monitor::Labelled& labels) {
  if (const auto line = lines_.find(model); line != lines_.end())
    line->second->updater().observe(digest, {.labelled = labels.seen, .wrong = labels.wrong});
}

}  // namespace drover::agent
