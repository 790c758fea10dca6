#include "server/listing.h"

#include <fmt/format.h>

#include <charconv>

#include "server/shadows.h"

namespace drover::server {

using nlohmann::json;

json optional_time(const std::optional<UnixTime>& time) {
  return time ? json(format_time(*time)) : json(nullptr);
}

Result<std::size_t> count_of(const net::Request& request, std::size_t when_absent) {
  const std::string text = request.parameter("count");
  if (text.empty()) return when_absent;
  std::size_t count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (error != std::errc() || end != text.data() + text.size() || count == 0 || count > kPageMax)
    return fail(Code::invalid_argument, fmt::format("count: must be 1 to {}", kPageMax));
  return count;
}

Result<std::int64_t> time_of(const Services& services, const net::Request& request, const char* name,
                             std::int64_t when_absent) {
  const std::string text = request.parameter(name);
  if (text.empty()) return when_absent;
  const auto ms = [](auto time) { return std::chrono::milliseconds(time).count(); };
  const std::int64_t now_ms = ms(services.clock->now().time_since_epoch());
  if (const auto ago = parse_duration(text)) return now_ms - ago->count();
  if (const auto date = parse_time(text)) return ms(date->time_since_epoch());
  return fail(
      Code::invalid_argument,
      fmt::format("{}: \"{}\" is neither how long ago (1h) nor a date (2026-01-31T12:00:00Z)", name, text));
}

Result<db::ListedUpTo> listed_up_to(const net::Request& request) {
  const std::string text = request.parameter("before");
  db::ListedUpTo place;
  if (text.empty()) return place;
  const char* const end = text.data() + text.size();
  const auto time = std::from_chars(text.data(), end, place.at_ms);
  if (time.ec == std::errc() && time.ptr != end && *time.ptr == '-')
    if (const auto row = std::from_chars(time.ptr + 1, end, place.id);
        row.ec == std::errc() && row.ptr == end)
      return place;
  return fail(Code::invalid_argument, "before: must be the \"next\" of the page before");
}

std::string to_text(const db::ListedUpTo& place) { return fmt::format("{}-{}", place.at_ms, place.id); }

Result<std::string> model_of(const net::Request& request) {
  const std::string text = request.parameter("model");
  if (!text.empty()) DROVER_TRY(ModelName::parse(text).in("model"));
  return text;
}

Result<json> describe(Services& services, const db::Device& device) {
  const auto document = DROVER_TRY(load_shadow(services, device.id.str(), ""));
  const auto models = [](const json& section) {
    return section.contains("models") ? section["models"] : json::object();
  };
  const auto heard = services.seen.find(device.id);
  return json{{"id", device.id.str()},
              {"labels", device.labels},
              {"enrolled_at", format_time(device.enrolled_at)},
              {"seen_at", optional_time(heard ? heard : device.seen_at)},
              {"revoked", device.revoked},
              {"desired", models(document.desired)},
              {"reported", models(document.reported)},
              {"agent", document.reported.contains("agent") ? document.reported["agent"] : json(nullptr)}};
}

}  // namespace drover::server
