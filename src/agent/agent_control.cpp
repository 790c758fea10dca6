// What a person on the device may ask of the running agent.
#include <fmt/format.h>

#include "agent/agent.h"
#include "agent/meant_model.h"
#include "agent/status.h"

namespace drover::agent {
namespace {

using nlohmann::json;

Result<std::string> text_in(const json& request, const char* key) {
  const auto found = request.find(key);
  if (found == request.end() || !found->is_string() || found->get<std::string>().empty())
    return fail(Code::invalid_argument, fmt::format("the request lacks \"{}\"", key));
  return found->get<std::string>();
}

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
                {"error", error_or_null(refresher_.trouble())},
                {"clock", clock ? json(nullptr) : error_or_null(clock.error())},
                {"health", to_json(health_shown_.read())}};
  if (config_.device) agent["device"] = config_.device->str();
  if (listener_) agent["online"] = listener_->online();
  json models = json::object();
  for (const auto& [model, line] : lines_) {
    json& entry = models[model.str()] = status_of(line->updater().record());
    entry.update(to_json(blamed(model, line->updater().report())));
    if (const auto bytes = line->downloaded_bytes()) entry["downloaded_bytes"] = *bytes;
  }
  for (const auto& [model, why] : troubles_)
    if (!lines_.contains(model)) {
      json& entry = models[model.str()] = status_of({});
      entry.update(to_json(blamed(model, {})));
    }
  return {{"agent", std::move(agent)}, {"models", std::move(models)}};
}

Result<json> Agent::control(const json& request) {
  if (!request.is_object()) return fail(Code::bad_json, "a request is an object with \"verb\"");
  const std::string verb = DROVER_TRY(text_in(request, "verb"));
  if (verb == "status") return status();
  if (verb == "history") {
    json models = json::object();
    for (const auto& [model, line] : lines_) models[model.str()] = history_of(line->updater().record());
    return json{{"models", std::move(models)}};
  }
  std::vector<ModelName> here;
  for (const auto& [model, line] : lines_) here.push_back(model);
  const ModelName model = DROVER_TRY(meant_model(request, here));
  return control_model(verb, *lines_.at(model), request);
}

Result<json> Agent::control_model(const std::string& verb, ModelLine& line, const json& request) {
  Updater& updater = line.updater();
  if (verb == "rollback") {
    std::optional<Version> version;
    if (request.contains("version")) {
      const std::string wanted = DROVER_TRY(text_in(request, "version"));
      version = DROVER_TRY(Version::parse(wanted));
    }
    DROVER_TRY(updater.roll_back(version));
  } else if (verb == "pin" || verb == "unpin") {
    DROVER_TRY(updater.pin(verb == "pin"));
  } else if (verb == "clear-quarantine") {
    const std::string hex = DROVER_TRY(text_in(request, "digest"));
    const Digest digest = DROVER_TRY(parse_digest(hex));
    DROVER_TRY(updater.clear_quarantine(digest));
  } else {
    return fail(Code::invalid_argument, fmt::format("\"{}\" is no verb of the agent", verb.substr(0, 40)));
  }
  return json{{"models", {{updater.model().str(), status_of(updater.record())}}}};
}

}  // namespace drover::agent
