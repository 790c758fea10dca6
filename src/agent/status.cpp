#include "agent/status.h"

#include <fmt/format.h>

#include "agent/shadow_sync.h"
#include "base/clock.h"
#include "base/json_fields.h"

namespace drover::agent {
namespace {

using nlohmann::json;

/// With what probation compares beside the rate of errors, as far as it is known.
json counts(const lifecycle::Counts& counts) {
  json told = {{"samples", counts.samples},
               {"errors", counts.errors},
               {"nans", counts.nans},
               {"crashes", counts.crashes}};
  if (counts.labelled > 0) told["labelled"] = counts.labelled, told["wrong"] = counts.wrong;
  if (counts.confident > 0)
    told["confidence_mean"] = counts.confidence_sum / static_cast<double>(counts.confident);
  using Milliseconds = std::chrono::duration<double, std::milli>;
  if (counts.latency.count() > 0)
    told["latency_p95_ms"] = Milliseconds(counts.latency.quantile(0.95)).count();
  return told;
}

}  // namespace

json status_of(const lifecycle::Record& record) {
  json status = to_json(lifecycle::report_of(record));
  status["pinned"] = record.pinned;
  status["committed"] = record.active && record.active->committed;
  if (record.assignment) status["assigned"] = record.assignment->version.str();
  json kept = json::array();
  for (const lifecycle::Installed& version : record.kept) {
    kept.push_back({{"version", version.version.str()}, {"digest", version.digest.hex()}});
    if (version.damaged) kept.back()["damaged"] = true;
  }
  if (record.mending) status["mending"] = record.mending->hex();
  status["kept"] = std::move(kept);
  json quarantine = json::array();
  for (const lifecycle::Quarantined& entry : record.quarantine)
    quarantine.push_back({{"version", entry.version.str()},
                          {"digest", entry.digest.hex()},
                          {"order", entry.order},
                          {"code", name(entry.reason)},
                          {"message", entry.message}});
  status["quarantine"] = std::move(quarantine);
  if (record.trial)
    status["probation"] = {{"before", counts(record.trial->before)},
                           {"after", counts(record.trial->after)},
                           {"elapsed_ms", record.trial->elapsed_ms},
                           {"adopted", record.trial->adopted}};
  return status;
}

json history_of(const lifecycle::Record& record) {
  json history = json::array();
  for (const lifecycle::Outcome& outcome : record.history)
    history.push_back({{"at", format_time(outcome.at)},
                       {"version", outcome.version.str()},
                       {"order", outcome.order},
                       {"result", outcome.result},
                       {"message", outcome.message}});
  return history;
}

std::string status_text(const json& status) {
  std::string text;
  const json& agent = status.at("agent");
  text +=
      fmt::format("agent {}: {}\n", text_or(agent, "version", "?"),
                  agent.value("running", false) ? "running" : "not running; this is what its disk remembers");
  if (agent.contains("health")) text += fmt::format("  {}\n", numbers_text(agent["health"]));
  for (const char* trouble : {"error", "clock"})
    if (agent.contains(trouble) && agent[trouble].is_object())
      text += fmt::format("  {}\n", agent[trouble].value("message", ""));
  for (const auto& [model, entry] : status.at("models").items()) {
    text += fmt::format("{:<20} {:<12} {:<14} {}\n", model, text_or(entry, "version", "none"),
                        text_or(entry, "state", "?"), entry.value("pinned", false) ? "pinned" : "");
    if (entry.contains("error") && entry["error"].is_object())
      text +=
          fmt::format("  {}: {}\n", entry["error"].value("code", ""), entry["error"].value("message", ""));
    if (const auto found = entry.find("qualified"); found != entry.end() && found->is_object())
      text += fmt::format("  qualified: {} at {} {}\n", text_or(*found, "result", "?"),
                          text_or(*found, "at", "?"), text_or(*found, "reason", ""));
    if (const std::string absent = text_or(entry, "standing_in_for", ""); !absent.empty())
      text += fmt::format("  stands in for: {}\n", absent);
    for (const json& kept : entry.at("kept"))
      text += fmt::format("  kept: {}{}\n", kept.value("version", ""),
                          kept.value("damaged", false) ? " (damaged)" : "");
    for (const json& bad : entry.at("quarantine"))
      text += fmt::format("  quarantined: {} {} ({})\n", bad.value("version", ""), bad.value("digest", ""),
                          bad.value("code", ""));
  }
  return text;
}

std::string history_text(const json& history) {
  std::string text;
  for (const auto& [model, entries] : history.at("models").items())
    for (const json& entry : entries)
      text += fmt::format("{} {:<16} {:<12} {:<20} {}\n", entry.value("at", ""), model,
                          entry.value("version", ""), entry.value("result", ""), entry.value("message", ""));
  return text;
}

}  // namespace drover::agent
