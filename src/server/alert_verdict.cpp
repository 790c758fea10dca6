#include "server/alert_verdict.h"

#include <fmt/format.h>

namespace drover::server {
namespace {

using nlohmann::json;

/// A model's entry in a section of the shadow; null where there is none.
const json& entry_of(const json& section, const ModelName& model) {
  static const json kNone;
  const auto models = section.find("models");
  if (models == section.end() || !models->is_object()) return kNone;
  const auto entry = models->find(model.str());
  return entry == models->end() || !entry->is_object() ? kNone : *entry;
}

std::optional<Version> version_at(const json& entry, const char* key) {
  if (!entry.is_object() || !entry.contains(key) || !entry[key].is_string()) return std::nullopt;
  const auto version = Version::parse(entry[key].get_ref<const std::string&>());
  return version ? std::optional(*version) : std::nullopt;
}

std::uint64_t order_at(const json& entry) {
  if (!entry.is_object() || !entry.contains("order") || !entry["order"].is_number_unsigned()) return 0;
  return entry["order"].get<std::uint64_t>();
}

/// When the present assignment was made: the time of the leaf's last write.
std::optional<UnixTime> assigned_at(const shadow::Document& shadow, const ModelName& model) {
  const json& entry = entry_of(shadow.desired_metadata, model);
  const json at = entry.is_object() && entry.contains("order") && entry["order"].is_object()
                      ? entry["order"].value("timestamp", json())
                      : json();
  if (!at.is_number_integer()) return std::nullopt;
  return UnixTime(std::chrono::seconds(at.get<std::int64_t>()));
}

AlertVerdict recorded(std::string why) { return {.word = "recorded", .why = std::move(why)}; }
AlertVerdict held(std::string why) { return {.word = "held", .why = std::move(why)}; }

/// What the device runs and is to run.
struct Standing {
  Version runs;
  std::optional<Version> previous, assigned;
  std::uint64_t assigned_order = 0;
  bool is_under_way = false;  // an assignment of another version that the device is not through with
};

std::optional<Standing> standing_of(const shadow::Document& shadow, const ModelName& model) {
  const json& reported = entry_of(shadow.reported, model);
  const json& desired = entry_of(shadow.desired, model);
  const auto runs = version_at(reported, "version");
  if (!runs) return std::nullopt;
  Standing standing{.runs = *runs,
                    .previous = version_at(reported, "previous"),
                    .assigned = version_at(desired, "version"),
                    .assigned_order = order_at(desired)};
  standing.is_under_way = standing.assigned && standing.assigned->str() != runs->str() &&
                          standing.assigned_order > order_at(reported);
  return standing;
}

AlertVerdict reassign(const char* word, std::string why, const shadow::Document& shadow,
                      const ModelName& model, const Version& from, const Version& to) {
  return {
      .word = word, .why = std::move(why), .from = from, .to = to, .assignment = assign(shadow, model, to)};
}

/// Why the alert is about something else than what the device runs now.
std::optional<std::string> beside_the_point(const OutsideAlert& alert, const ModelName& model,
                                            const Standing& standing, const shadow::Document& shadow) {
  if (!alert.version.empty() && alert.version != standing.runs.str())
    return fmt::format("it is about {}, the device runs {}", alert.version.substr(0, 64),
                       standing.runs.str());
  const auto since = assigned_at(shadow, model);
  if (since && alert.began && *alert.began < *since)
    return fmt::format("it began at {}, before the present assignment of {}", format_time(*alert.began),
                       format_time(*since));
  return std::nullopt;
}

AlertVerdict hold(const ModelName& model, const Standing& standing, const shadow::Document& shadow) {
  if (!standing.is_under_way) return held("no other version is on its way");
  return reassign("held", fmt::format("the assignment of {} is withdrawn", standing.assigned->str()), shadow,
                  model, *standing.assigned, standing.runs);
}

AlertVerdict roll_back(const ModelName& model, const Standing& standing, const AlertCase& found) {
  if (found.rollback && *found.rollback == standing.assigned_order)
    return held("the present assignment is a rollback by an alert already; a person decides what follows");
  if (standing.is_under_way)
    return held(fmt::format("the assignment of {} is on its way", standing.assigned->str()));
  if (!standing.previous) return held("the device has no previous version to go back to");
  if (found.withdrawn && *found.withdrawn == *standing.previous)
    return held(fmt::format("its previous version {} was withdrawn", standing.previous->str()));
  return reassign("rolled_back",
                  fmt::format("{} is taken back to {}", standing.runs.str(), standing.previous->str()),
                  found.shadow, model, standing.runs, *standing.previous);
}

}  // namespace

std::optional<Version> previous_version(const shadow::Document& shadow, const ModelName& model) {
  return version_at(entry_of(shadow.reported, model), "previous");
}

AlertVerdict judge_alert(const OutsideAlert& alert, const ModelName& model, const AlertCase& found) {
  if (!alert.firing) return recorded("resolved: nothing follows");
  if (alert.is_no_verdict()) return recorded("a query without an answer is no verdict");
  if (found.act == HookAct::record) return recorded("hooks.act says record");
  const auto standing = standing_of(found.shadow, model);
  if (!standing) return held("the device has not reported which version it runs");
  if (const auto why = beside_the_point(alert, model, *standing, found.shadow)) return recorded(*why);
  return found.act == HookAct::hold ? hold(model, *standing, found.shadow)
                                    : roll_back(model, *standing, found);
}

}  // namespace drover::server
