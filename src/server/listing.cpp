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
