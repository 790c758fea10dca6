#include "lifecycle/record_json.h"

#include <nlohmann/json.hpp>

#include "lifecycle/counts_json.h"
#include "lifecycle/json_fields.h"

namespace drover::lifecycle {
namespace {

using nlohmann::json;

json to_json(const Assignment& assignment) {
  return {{"version", assignment.version.str()}, {"order", assignment.order}};
}

json to_json(const Target& target) {
  json into = {{"digest", target.digest.hex()},
               {"length", target.length},
               {"size_unpacked", target.size_unpacked},
               {"path", target.path},
               {"variant", target.variant}};
  if (target.manifest) into["manifest"] = target.manifest->hex();
  return into;
}

json to_json(const Installed& installed) {
  json into = {{"version", installed.version.str()},
               {"digest", installed.digest.hex()},
               {"order", installed.order},
               {"variant", installed.variant},
               {"committed", installed.committed}};
  if (installed.manifest) into["manifest"] = installed.manifest->hex();
  if (installed.damaged) into["damaged"] = true;
  if (!installed.fails_under.empty()) into["fails_under"] = installed.fails_under;
  return into;
}

json to_json(const Failure& failure) { return {{"code", name(failure.code)}, {"message", failure.message}}; }

json to_json(const StandIn& stands_in) {
  return {{"digest", stands_in.digest.hex()}, {"why", to_json(stands_in.why)}};
}

json to_json(const Qualification& qualification) {
  json into = {{"at", format_time(qualification.at)}, {"environment", qualification.environment}};
  if (qualification.failure) into["failure"] = to_json(*qualification.failure);
  return into;
}

json to_json(const Trial& trial) {
  json into = {{"before", to_json(trial.before)},
               {"after", to_json(trial.after)},
               {"elapsed_ms", trial.elapsed_ms},
               {"adopted", trial.adopted}};
  if (!trial.alarm.empty()) into["alarm"] = trial.alarm;
  return into;
}

json to_json(const Quarantined& entry) {
  return {{"digest", entry.digest.hex()},
          {"version", entry.version.str()},
          {"order", entry.order},
          {"reason", name(entry.reason)},
          {"message", entry.message}};
}

json to_json(const Outcome& outcome) {
  return {{"at", format_time(outcome.at)},
          {"version", outcome.version.str()},
          {"order", outcome.order},
          {"result", outcome.result},
          {"message", outcome.message}};
}

template <class T>
json to_json(const std::vector<T>& list) {
  json array = json::array();
  for (const T& each : list) array.push_back(to_json(each));
  return array;
}

template <class T>
void put(json& into, const char* key, const std::optional<T>& value) {
  if (value) into[key] = to_json(*value);
}

template <class T>
void put(json& into, const char* key, const std::vector<T>& list) {
  if (!list.empty()) into[key] = to_json(list);
}

Result<Assignment> to_assignment(const json& from) {
  return Assignment{.version = DROVER_TRY(version_at(from, "version")),
                    .order = DROVER_TRY(number_at(from, "order"))};
}

Result<std::optional<Digest>> optional_digest_at(const json& from, const char* key) {
  if (!from.contains(key)) return std::optional<Digest>{};
  return std::optional<Digest>(DROVER_TRY(digest_at(from, key)));
}

Result<Target> to_target(const json& from) {
  return Target{.digest = DROVER_TRY(digest_at(from, "digest")),
                .length = DROVER_TRY(number_at(from, "length")),
                .size_unpacked = DROVER_TRY(number_at(from, "size_unpacked")),
                .path = DROVER_TRY(text_at(from, "path")),
                .variant = DROVER_TRY(text_at(from, "variant")),
                .manifest = DROVER_TRY(optional_digest_at(from, "manifest"))};
}

Result<Installed> to_installed(const json& from) {
  return Installed{
      .version = DROVER_TRY(version_at(from, "version")),
      .digest = DROVER_TRY(digest_at(from, "digest")),
      .order = DROVER_TRY(number_at(from, "order")),
      .variant = DROVER_TRY(text_at(from, "variant")),
      .committed = DROVER_TRY(flag_at(from, "committed")),
      .manifest = DROVER_TRY(optional_digest_at(from, "manifest")),
      .damaged = from.contains("damaged") && DROVER_TRY(flag_at(from, "damaged")),
      .fails_under = from.contains("fails_under") ? DROVER_TRY(text_at(from, "fails_under")) : std::string()};
}

Result<Failure> to_failure(const json& from) {
  return Failure{.code = code_named(DROVER_TRY(text_at(from, "code"))),
                 .message = DROVER_TRY(text_at(from, "message"))};
}

Result<StandIn> to_stand_in(const json& from) {
  return StandIn{.digest = DROVER_TRY(digest_at(from, "digest")),
                 .why = DROVER_TRY(object_at(from, "why", to_failure))};
}

Result<Environment> to_environment(const json& from) {
  if (from.size() > kEnvironmentMax)
    return bad_field("environment", fmt::format("{} entries, {} allowed", from.size(), kEnvironmentMax));
  Environment environment;
  for (const auto& [key, value] : from.items()) environment[key] = DROVER_TRY(text_at(from, key.c_str()));
  return environment;
}

Result<Qualification> to_qualification(const json& from) {
  return Qualification{.at = DROVER_TRY(time_at(from, "at")),
                       .environment = DROVER_TRY(object_at(from, "environment", to_environment)),
                       .failure = DROVER_TRY(optional_at(from, "failure", to_failure))};
}

Result<Trial> to_trial(const json& from) {
  return Trial{.before = DROVER_TRY(object_at(from, "before", to_counts)),
               .after = DROVER_TRY(object_at(from, "after", to_counts)),
               .elapsed_ms = DROVER_TRY(number_at(from, "elapsed_ms")),
               .adopted = DROVER_TRY(flag_at(from, "adopted")),
               .alarm = from.contains("alarm") ? DROVER_TRY(text_at(from, "alarm")) : std::string()};
}

Result<Quarantined> to_quarantined(const json& from) {
  return Quarantined{.digest = DROVER_TRY(digest_at(from, "digest")),
                     .version = DROVER_TRY(version_at(from, "version")),
                     .order = DROVER_TRY(number_at(from, "order")),
                     .reason = code_named(DROVER_TRY(text_at(from, "reason"))),
                     .message = DROVER_TRY(text_at(from, "message"))};
}

Result<Outcome> to_outcome(const json& from) {
  return Outcome{.at = DROVER_TRY(time_at(from, "at")),
                 .version = DROVER_TRY(version_at(from, "version")),
                 .order = DROVER_TRY(number_at(from, "order")),
                 .result = DROVER_TRY(text_at(from, "result")),
                 .message = DROVER_TRY(text_at(from, "message"))};
}

Result<State> to_state(const json& from) {
  const std::string text = DROVER_TRY(text_at(from, "state"));
  if (const auto state = state_named(text)) return *state;
  return fail(Code::bad_state, "state: \"" + text + "\" is none");
}

}  // namespace

json record_to_json(const Record& record) {
  json into = {{"revision", record.revision}, {"state", name(record.state)},
               {"attempts", record.attempts}, {"rounds", record.rounds},
               {"pinned", record.pinned},     {"usual", to_json(record.usual)}};
  put(into, "assignment", record.assignment);
  put(into, "pending", record.pending);
  put(into, "target", record.target);
  put(into, "active", record.active);
  put(into, "kept", record.kept);
  if (record.going_back_to) into["going_back_to"] = record.going_back_to->hex();
  put(into, "falling_back", record.falling_back);
  if (record.mending) into["mending"] = record.mending->hex();
  put(into, "stands_in", record.stands_in);
  put(into, "qualification", record.qualification);
  put(into, "error", record.error);
  put(into, "trial", record.trial);
  put(into, "quarantine", record.quarantine);
  put(into, "history", record.history);
  return into;
}

Result<Record> record_from_json(const json& from) {
  if (!from.is_object()) return fail(Code::bad_state, "an object is needed");
  Record record;
  record.revision = DROVER_TRY(number_at(from, "revision"));
  record.state = DROVER_TRY(to_state(from));
  record.assignment = DROVER_TRY(optional_at(from, "assignment", to_assignment));
  record.pending = DROVER_TRY(optional_at(from, "pending", to_assignment));
  record.target = DROVER_TRY(optional_at(from, "target", to_target));
  record.active = DROVER_TRY(optional_at(from, "active", to_installed));
  record.kept = DROVER_TRY(list_at(from, "kept", 64, to_installed));
  record.going_back_to = DROVER_TRY(optional_digest_at(from, "going_back_to"));
  record.falling_back = DROVER_TRY(optional_at(from, "falling_back", to_failure));
  record.mending = DROVER_TRY(optional_digest_at(from, "mending"));
  record.stands_in = DROVER_TRY(optional_at(from, "stands_in", to_stand_in));
  record.qualification = DROVER_TRY(optional_at(from, "qualification", to_qualification));
  record.attempts = DROVER_TRY(number_at(from, "attempts"));
  record.rounds = DROVER_TRY(number_at(from, "rounds"));
  record.error = DROVER_TRY(optional_at(from, "error", to_failure));
  record.trial = DROVER_TRY(optional_at(from, "trial", to_trial));
  record.usual = DROVER_TRY(object_at(from, "usual", to_counts));
  record.quarantine = DROVER_TRY(list_at(from, "quarantine", kQuarantineMax, to_quarantined));
  record.pinned = DROVER_TRY(flag_at(from, "pinned"));
  record.history = DROVER_TRY(list_at(from, "history", kHistoryMax, to_outcome));
  DROVER_TRY(check(record));
  return record;
}

}  // namespace drover::lifecycle
