#include "shadow/answers.h"

#include "shadow/merge.h"

namespace drover::shadow {
namespace {

std::int64_t seconds(UnixTime time) { return time.time_since_epoch().count(); }

void add_token(json& answer, std::string_view token) {
  if (!token.empty()) answer["clientToken"] = token;
}

void add_section(json& into, const char* name, const json& section) {
  if (!section.empty()) into[name] = section;
}

json state_and_metadata(const Document& document) {
  json made = {{"state", json::object()}, {"metadata", json::object()}, {"version", document.version}};
  add_section(made["state"], "desired", document.desired);
  add_section(made["state"], "reported", document.reported);
  add_section(made["metadata"], "desired", document.desired_metadata);
  add_section(made["metadata"], "reported", document.reported_metadata);
  return made;
}

}  // namespace

json accepted_answer(const Document& after, const Update& update) {
  json answer = {{"state", json::object()},
                 {"metadata", json::object()},
                 {"version", after.version},
                 {"timestamp", seconds(after.updated_at)}};
  if (update.desired) {
    answer["state"]["desired"] = *update.desired;
    answer["metadata"]["desired"] = metadata_of(after.desired_metadata, *update.desired);
  }
  if (update.reported) {
    answer["state"]["reported"] = *update.reported;
    answer["metadata"]["reported"] = metadata_of(after.reported_metadata, *update.reported);
  }
  add_token(answer, update.client_token);
  return answer;
}

json get_answer(const Document& document, UnixTime now, std::string_view client_token) {
  json answer = state_and_metadata(document);
  add_section(answer["state"], "delta", delta(document));
  answer["timestamp"] = seconds(now);
  add_token(answer, client_token);
  return answer;
}

std::optional<json> delta_event(const Document& after, UnixTime now, std::string_view client_token) {
  json differing = delta(after);
  if (differing.empty()) return std::nullopt;
  json metadata = metadata_of(after.desired_metadata, differing);
  json event = {{"state", std::move(differing)},
                {"metadata", std::move(metadata)},
                {"version", after.version},
                {"timestamp", seconds(now)}};
  add_token(event, client_token);
  return event;
}

json documents_event(const Document& before, const Document& after, std::string_view client_token) {
  json event = {{"previous", state_and_metadata(before)},
                {"current", state_and_metadata(after)},
                {"timestamp", seconds(after.updated_at)}};
  add_token(event, client_token);
  return event;
}

json deleted_answer(const Document& after, UnixTime now, std::string_view client_token) {
  json answer = {{"version", after.version}, {"timestamp", seconds(now)}};
  add_token(answer, client_token);
  return answer;
}

json rejected_answer(const Rejection& rejection, UnixTime now, std::string_view client_token) {
  json answer = {{"code", rejection.code}, {"message", rejection.message}, {"timestamp", seconds(now)}};
  add_token(answer, client_token);
  return answer;
}

json to_json(const Document& document) {
  json stored = {{"desired", document.desired},
                 {"reported", document.reported},
                 {"desired_metadata", document.desired_metadata},
                 {"reported_metadata", document.reported_metadata},
                 {"version", document.version},
                 {"desired_version", document.desired_version},
                 {"updated_at", seconds(document.updated_at)}};
  if (document.deleted_at) stored["deleted_at"] = seconds(*document.deleted_at);
  return stored;
}

Result<Document> from_json(const json& stored) {
  Document document;
  try {
    document.desired = stored.at("desired");
    document.reported = stored.at("reported");
    document.desired_metadata = stored.at("desired_metadata");
    document.reported_metadata = stored.at("reported_metadata");
    document.version = stored.at("version").get<std::uint64_t>();
    document.desired_version = stored.at("desired_version").get<std::uint64_t>();
    document.updated_at = UnixTime(std::chrono::seconds(stored.at("updated_at").get<std::int64_t>()));
    if (stored.contains("deleted_at"))
      document.deleted_at = UnixTime(std::chrono::seconds(stored.at("deleted_at").get<std::int64_t>()));
  } catch (const json::exception& error) {
    return fail(Code::bad_record, std::string("stored shadow: ") + error.what());
  }
  for (const json* section :
       {&document.desired, &document.reported, &document.desired_metadata, &document.reported_metadata})
    if (!section->is_object()) return fail(Code::bad_record, "stored shadow: a section is no object");
  return document;
}

}  // namespace drover::shadow
