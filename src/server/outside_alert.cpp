#include "server/outside_alert.h"

#include <fmt/format.h>

#include "base/canonical_json.h"
#include "base/digest.h"
#include "base/json_fields.h"

namespace drover::server {
namespace {

using nlohmann::json;

constexpr std::size_t kTextMax = 256;    // of a label or an annotation in the audit
constexpr std::size_t kMembersMax = 32;  // of labels, annotations, values in the audit
constexpr std::size_t kFingerprintMax = 128;

const json& member(const json& object, const char* key) {
  static const json kNothing;
  const auto found = object.find(key);
  return found == object.end() ? kNothing : *found;
}

/// At most `bytes_max` bytes, and never half of a character.
std::string cut(std::string text, std::size_t bytes_max) {
  if (text.size() <= bytes_max) return text;
  std::size_t end = bytes_max;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  text.resize(end);
  return text;
}

/// The texts and numbers of an object, few and short.
json cut_members(const json& object) {
  json kept = json::object();
  if (!object.is_object()) return kept;
  for (const auto& [name, value] : object.items()) {
    if (kept.size() == kMembersMax) break;
    if (value.is_string())
      kept[cut(name, kTextMax)] = cut(value.get<std::string>(), kTextMax);
    else if (value.is_number() || value.is_boolean())
      kept[cut(name, kTextMax)] = value;
  }
  return kept;
}

json evidence_of(const json& alert) {
  json evidence = {{"labels", cut_members(member(alert, "labels"))},
                   {"annotations", cut_members(member(alert, "annotations"))}};
  if (json values = cut_members(member(alert, "values")); !values.empty()) evidence["values"] = values;
  if (std::string values = text_or(alert, "valueString", ""); !values.empty())
    evidence["value_string"] = cut(std::move(values), 4 * kTextMax);
  return evidence;
}

/// What tells the alert from others: the sender's fingerprint, or else that of its labels.
std::string fingerprint_of(const json& alert, const json& labels) {
  std::string given = text_or(alert, "fingerprint", "");
  if (!given.empty() && given.size() <= kFingerprintMax) return given;
  return "sha256:" + sha256((given.empty() ? labels.dump() : given)).hex();
}

Result<OutsideAlert> read_alert(const json& alert, const std::string& place) {
  if (!alert.is_object()) return fail(Code::bad_json, place + ": must be an object");
  const std::string status = text_or(alert, "status", "");
  if (status != "firing" && status != "resolved")
    return fail(Code::bad_json, place + R"(.status: must be "firing" or "resolved")");
  const json& labels = member(alert, "labels");
  if (!labels.is_object()) return fail(Code::bad_json, place + ".labels: must be an object");
  OutsideAlert read{.starts_at = text_or(alert, "startsAt", ""), .firing = status == "firing"};
  read.began = parse_rfc3339(read.starts_at);
  if (!read.began) return fail(Code::bad_json, place + ".startsAt: must be a date of RFC 3339");
  read.fingerprint = fingerprint_of(alert, labels);
  read.name = cut(text_or(labels, "alertname", ""), kTextMax);
  read.device = text_or(labels, "device", "");
  read.model = text_or(labels, "model", "");
  read.version = text_or(labels, "version", "");
  read.evidence = evidence_of(alert);
  return read;
}

/// Two digits at `at`, or -1.
int two_digits(std::string_view text, std::size_t at) {
  const auto digit = [&](std::size_t i) {
    return i < text.size() && text[i] >= '0' && text[i] <= '9' ? text[i] - '0' : -100;
  };
  return std::max(-1, 10 * digit(at) + digit(at + 1));
}

/// "Z", or "+02:00" as the time to take off.
std::optional<std::chrono::seconds> offset_of(std::string_view zone) {
  if (zone == "Z" || zone == "z") return std::chrono::seconds(0);
  if (zone.size() != 6 || (zone[0] != '+' && zone[0] != '-') || zone[3] != ':') return std::nullopt;
  const int hours = two_digits(zone, 1), minutes = two_digits(zone, 4);
  if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59) return std::nullopt;
  const std::chrono::seconds size = std::chrono::hours(hours) + std::chrono::minutes(minutes);
  return zone[0] == '+' ? size : -size;
}

}  // namespace

std::optional<UnixTime> parse_rfc3339(std::string_view text) {
  constexpr std::size_t kToSeconds = 19, kTextLongest = 64;
  if (text.size() <= kToSeconds || text.size() > kTextLongest) return std::nullopt;
  const auto time = parse_time(std::string(text.substr(0, kToSeconds)) + "Z");
  std::string_view rest = text.substr(kToSeconds);
  if (rest.front() == '.') {
    const std::size_t end = rest.find_first_not_of("0123456789", 1);
    if (end == 1 || end == std::string_view::npos) return std::nullopt;
    rest.remove_prefix(end);
  }
  const auto offset = offset_of(rest);
  if (!time || !offset) return std::nullopt;
  return *time - *offset;
}

Result<OutsideAlerts> read_outside_alerts(std::string_view body) {
  const json document = DROVER_TRY(parse_json(body, {.bytes_max = kHookBytesMax, .depth_max = 16}));
  if (!document.is_object()) return fail(Code::bad_json, "the body must be a JSON object");
  const json& alerts = member(document, "alerts");
  if (!alerts.is_array()) return fail(Code::bad_json, "alerts: must be a list");
  if (alerts.size() > kHookAlertsMax)
    return fail(Code::too_many, fmt::format("alerts: has {} elements, at most {} are taken at once",
                                            alerts.size(), kHookAlertsMax));
  OutsideAlerts read;
  if (const json& count = member(document, "truncatedAlerts"); count.is_number_unsigned())
    read.truncated = count.get<std::uint64_t>();
  for (std::size_t i = 0; i < alerts.size(); ++i) {
    auto alert = read_alert(alerts[i], fmt::format("alerts[{}]", i));
    if (alert)
      read.alerts.push_back(std::move(*alert));
    else
      read.unread.push_back(alert.error().message);
  }
  if (read.alerts.empty() && !read.unread.empty()) return fail(Code::bad_json, read.unread.front());
  return read;
}

}  // namespace drover::server
