// What a person on the device may ask of the running agent.
#include <fmt/format.h>

#include "agent/agent.h"
#include "agent/control_request.h"
#include "agent/meant_model.h"
#include "agent/status.h"

namespace drover::agent {
namespace {

using nlohmann::json;
using Verb = ControlRequest::Verb;

json error_or_null(const std::optional<Error>& error) {
  if (!error) return nullptr;
  return {{"code", name(error->code)}, {"message", error->text()}};
}

}  // namespace

json Agent::status() {
  const Status clock = lifecycle::judge_clock(outside_.clock.now(), refresher_.time_bounds());
  json agent = {{"running", true},
                {"version", DROVER_VERSION},
                {"repository", config_.repository_url()},
                {"refreshes", refresher_.begun()},
                {"error", error_or_null(refresher_.trouble())},
                {"clock", clock ? json(nullptr) : error_or_null(clock.error())},
                {"health", to_json(health_shown_.read())}};
  if (config_.device) agent["device"] = config_.device->str();
  if (listener_) agent["online"] = listener_->online();
  if (telemetry_) agent["spool"] = telemetry_->spool().status();
  json models = json::object();
  for (const auto& [model, line] : lines_) {
    json& entry = models[model.str()] = status_of(line->updater().record());
    entry.update(to_json(blamed(model, line->updater().report())));
    if (const auto bytes = line->downloaded_bytes()) entry["downloaded_bytes"] = *bytes;
    if (json watched = watching_.status(model); !watched.is_null()) entry["watch"] = std::move(watched);
  }
  for (const auto& [model, why] : troubles_)
    if (!lines_.contains(model)) {
      json& entry = models[model.str()] = status_of({});
      entry.update(to_json(blamed(model, {})));
    }
  return {{"agent", std::move(agent)}, {"models", std::move(models)}};
}

Result<json> Agent::control(const json& document) {
  const ControlRequest request = DROVER_TRY(read_control_request(document));
  if (request.verb == Verb::status) return status();
  if (request.verb == Verb::history) {
    json models = json::object();
    for (const auto& [model, line] : lines_) models[model.str()] = history_of(line->updater().record());
    return json{{"models", std::move(models)}};
  }
  std::vector<ModelName> here;
  for (const auto& [model, line] : lines_) here.push_back(model);
  const ModelName model = DROVER_TRY(meant_model(request.model, here));
  return control_model(request, *lines_.at(model));
}

Result<json> Agent::control_model(const ControlRequest& request, ModelLine& line) {
  Updater& updater = line.updater();
  if (request.verb == Verb::rollback) {
    DROVER_TRY(updater.roll_back(request.version));
  } else if (request.verb == Verb::clear_quarantine) {
    DROVER_TRY(updater.clear_quarantine(*request.digest));
  } else {
    DROVER_TRY(updater.pin(request.verb == Verb::pin));
  }
  return json{{"models", {{updater.model().str(), status_of(updater.record())}}}};
}

}  // namespace drover::agent
