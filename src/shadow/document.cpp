#include "shadow/document.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/canonical_json.h"
#include "shadow/merge.h"

namespace drover::shadow {
namespace {

constexpr std::size_t kTokenBytesMax = 64;

std::unexpected<Rejection> reject(int code, std::string message) {
  return std::unexpected(Rejection{code, std::move(message)});
}

/// A body may carry more than the document keeps: nulls, the envelope and white space.
std::size_t body_bytes_max(const Limits& limits) { return 4 * limits.bytes_max + 4096; }

/// The length of the UTF-8 sequence that `text` begins with; 0 when it is none.
std::size_t sequence_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U; };
  const auto follows = [&](std::size_t i) { return (byte(i) & 0xC0U) == 0x80U; };
  const unsigned first = byte(0);
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first <= 0xDF) return follows(1) ? 2 : 0;
  if (first >= 0xE0 && first <= 0xEF) {
    const bool overlong = first == 0xE0 && byte(1) < 0xA0;
    const bool surrogate = first == 0xED && byte(1) > 0x9F;
    return follows(1) && follows(2) && !overlong && !surrogate ? 3 : 0;
  }
  if (first >= 0xF0 && first <= 0xF4) {
    const bool overlong = first == 0xF0 && byte(1) < 0x90;
    const bool too_high = first == 0xF4 && byte(1) > 0x8F;
    return follows(1) && follows(2) && follows(3) && !overlong && !too_high ? 4 : 0;
  }
  return 0;
}

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t length = sequence_length(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

Rejection too_deep(const Limits& limits) {
  return {400, fmt::format("JSON contains too many levels of nesting; maximum is {}", limits.depth_max)};
}

Outcome<json> parse_body(std::string_view body, const Limits& limits) {
  if (body.size() > body_bytes_max(limits))
    return reject(413, "The payload exceeds the maximum size allowed");
  if (!is_utf8(body)) return reject(415, "Unsupported documented encoding; supported encoding is UTF-8");
  const JsonLimits json_limits{.bytes_max = body.size() + 1, .depth_max = limits.depth_max + 64};
  Result<json> parsed = parse_json(body, json_limits);
  if (parsed && parsed->is_object()) return std::move(*parsed);
  if (!parsed && parsed.error().message.find("nested deeper") != std::string::npos)
    return std::unexpected(too_deep(limits));
  return reject(400, "Invalid JSON");
}

/// A null deletes a member; within an array, which is replaced whole, it would mean nothing.
bool has_null_in_array(const json& value, bool in_array = false) {
  in_array = in_array || value.is_array();
  return std::ranges::any_of(value, [in_array](const json& member) {
    return member.is_null() ? in_array : member.is_structured() && has_null_in_array(member, in_array);
  });
}

Outcome<std::optional<json>> read_section(const json& state, const char* name, const char* message,
                                          const Limits& limits) {
  const auto found = state.find(name);
  if (found == state.end()) return std::nullopt;
  if (!found->is_object() && !found->is_null()) return reject(400, message);
  if (depth(*found) > limits.depth_max) return std::unexpected(too_deep(limits));
  if (has_null_in_array(*found)) return reject(400, "State contains an invalid node");
  return *found;
}

Outcome<std::string> read_token(const json& body) {
  const auto found = body.find("clientToken");
  if (found == body.end()) return std::string();
  if (!found->is_string() || found->get_ref<const std::string&>().size() > kTokenBytesMax)
    return reject(400, "Invalid clientToken");
  return found->get<std::string>();
}

void change_section(json& section, json& metadata, const std::optional<json>& change, UnixTime now) {
  if (!change) return;
  if (change->is_null()) {
    section = json::object();
    metadata = json::object();
  } else {
    merge(section, metadata, *change, now);
  }
}

std::size_t bytes_of(const json& section) { return section.empty() ? 0 : section.dump().size(); }

}  // namespace

Outcome<Update> parse_update(std::string_view body, const Limits& limits) {
  Outcome<json> parsed = parse_body(body, limits);
  if (!parsed) return std::unexpected(parsed.error());
  const auto state = parsed->find("state");
  if (state == parsed->end()) return reject(400, "Missing required node: state");
  if (!state->is_object()) return reject(400, "State node must be an object");
  for (const auto& [name, member] : state->items())
    if (name != "desired" && name != "reported") return reject(400, "State contains an invalid node");
  Update update;
  Outcome<std::optional<json>> desired =
      read_section(*state, "desired", "Desired node must be an object", limits);
  if (!desired) return std::unexpected(desired.error());
  update.desired = std::move(*desired);
  Outcome<std::optional<json>> reported =
      read_section(*state, "reported", "Reported node must be an object", limits);
  if (!reported) return std::unexpected(reported.error());
  update.reported = std::move(*reported);
  if (const auto version = parsed->find("version"); version != parsed->end() && !version->is_null()) {
    if (!version->is_number_unsigned()) return reject(400, "Invalid version");
    update.version = version->get<std::uint64_t>();
  }
  Outcome<std::string> token = read_token(*parsed);
  if (!token) return std::unexpected(token.error());
  update.client_token = std::move(*token);
  return update;
}

Outcome<Document> apply(const Document& before, const Update& update, UnixTime now, const Limits& limits) {
  const bool forgotten = before.deleted_at && now - *before.deleted_at > kVersionMemory;
  Document after = forgotten ? Document{} : before;
  if (update.version && *update.version != after.version) return reject(409, "Version conflict");
  change_section(after.desired, after.desired_metadata, update.desired, now);
  change_section(after.reported, after.reported_metadata, update.reported, now);
  if (bytes_of(after.desired) + bytes_of(after.reported) > limits.bytes_max)
    return reject(413, "The payload exceeds the maximum size allowed");
  if (depth(after.desired) > limits.depth_max || depth(after.reported) > limits.depth_max)
    return std::unexpected(too_deep(limits));
  after.version += 1;
  after.updated_at = now;
  after.deleted_at.reset();
  if (after.desired != before.desired) after.desired_version = after.version;
  return after;
}

Outcome<Document> erase(const Document& before, std::string_view name, UnixTime now) {
  if (!before.exists()) return reject(404, fmt::format("No shadow exists with name: {}", name));
  Document after;
  after.version = before.version;
  after.desired_version = before.desired_version;
  after.updated_at = now;
  after.deleted_at = now;
  return after;
}

json delta(const Document& document) { return difference(document.desired, document.reported); }

}  // namespace drover::shadow
