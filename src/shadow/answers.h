#pragma once

#include "shadow/document.h"

namespace drover::shadow {

/// update/accepted: the request's own fields with their metadata.
json accepted_answer(const Document& after, const Update& update);
/// get/accepted: {"state":{desired,reported,delta},"metadata","version","timestamp"}; empty sections are left
/// out.
json get_answer(const Document& document, UnixTime now, std::string_view client_token = {});
/// update/delta, or nothing when reported agrees with desired.
std::optional<json> delta_event(const Document& after, UnixTime now, std::string_view client_token = {});
/// update/documents: {"previous","current","timestamp"}.
json documents_event(const Document& before, const Document& after, std::string_view client_token = {});
/// delete/accepted: {"version","timestamp"}.
json deleted_answer(const Document& after, UnixTime now, std::string_view client_token = {});
/// rejected: {"code","message","timestamp"}.
json rejected_answer(const Rejection& rejection, UnixTime now, std::string_view client_token = {});

/// The document's own form, for storage and for other programs.
json to_json(const Document& document);
/// Reads to_json()'s form. Errors: bad_record.
Result<Document> from_json(const json& stored);

}  // namespace drover::shadow
