#include "server/router.h"

#include <fmt/format.h>

#include <algorithm>

#include "server/access.h"
#include "server/outside_alert.h"
#include "server/publication.h"
#include "server/telemetry.h"

namespace drover::server {
namespace {

constexpr std::uint64_t kBodyBytesMax = 64 << 10;
constexpr std::uint64_t kEnrolmentBytesMax = 16 << 10;

std::string_view take_segment(std::string_view& path) {
  path.remove_prefix(1);
  const std::string_view segment = path.substr(0, path.find('/'));
  path.remove_prefix(segment.size());
  return segment;
}

/// The parameters when the path fits the pattern.
std::optional<std::vector<std::string>> fit(std::string_view pattern, std::string_view path) {
  std::vector<std::string> parameters;
  while (!pattern.empty() && !path.empty()) {
    const std::string_view wanted = take_segment(pattern);
    if (wanted == "{*}") {
      parameters.emplace_back(path.substr(1));
      return parameters;
    }
    const std::string_view given = take_segment(path);
    if (wanted == "{}" && !given.empty()) {
      parameters.emplace_back(given);
    } else if (wanted != given) {
      return std::nullopt;
    }
  }
  if (!pattern.empty() || !path.empty()) return std::nullopt;
  return parameters;
}

int status_of(const Error& error) {
  switch (error.code) {
    case Code::not_authenticated:
      return 401;
    case Code::not_authorized:
      return 403;
    case Code::not_found:
      return 404;
    case Code::already_exists:
    case Code::conflict:
      return 409;
    case Code::too_large:
      return 413;
    case Code::too_many:
      return 429;
    case Code::disk_full:
      return 507;
    case Code::bad_digest:
      return 400;
    default:
      break;
  }
  const bool is_callers_fault = error.category() == Category::corrupt ||
                                error.category() == Category::refused ||
                                error.category() == Category::untrusted;
  return is_callers_fault && error.code != Code::bad_record && error.code != Code::bad_state ? 400 : 500;
}

net::Response no_route(const net::Request& request, int status) {
  const std::string message = status == 405 ? fmt::format("{} does not take {}", request.path, request.method)
                                            : fmt::format("there is nothing at {}", request.path);
  return json_response({{"error", {{"code", "not_found"}, {"message", message}}}}, status);
}

}  // namespace

net::Response json_response(const nlohmann::json& document, int status) {
  return {.status = status,
          .headers = {{"content-type", "application/json"}},
          .body = document.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n"};
}

net::Response error_response(const Error& error) {
  return json_response({{"error", {{"code", name(error.code)}, {"message", error.text()}}}},
                       status_of(error));
}

Match find_route(std::span<const Route> routes, std::string_view method, std::string_view path) {
  Match match{.status = 404};
  for (const Route& route : routes) {
    auto parameters = fit(route.pattern, path);
    if (!parameters) continue;
    if (route.method == method || (route.method == "GET" && method == "HEAD"))
      return {.route = &route, .parameters = std::move(*parameters)};
    match.status = 405;
  }
  return match;
}

net::Answer handle(Services& services, const net::Request& request) {
  Match match = find_route(routes(), request.method, request.path);
  if (match.route == nullptr) return no_route(request, match.status);
  Call call{.request = request, .parameters = std::move(match.parameters)};
  if (const Status let = let_in(services, match.route->access, call); !let)
    return error_response(let.error());
  Result<net::Answer> answer = match.route->handler(services, call);
  return answer ? std::move(*answer) : net::Answer(error_response(answer.error()));
}

/// What is large goes to disk. Who has not shown who they are is asked before a byte of theirs is held; a
/// device's certificate was checked in the handshake.
net::BodyPlan plan_body(const Config& config, const net::Request& head) {
  if (head.path == "/device/v1/enroll") return {.bytes_max = kEnrolmentBytesMax};
  if (head.method == "PUT" && head.path.starts_with("/api/v1/repository/targets/"))
    return {.bytes_max = config.upload_bytes_max, .to_file = true, .ask_first = true};
  if (head.path == "/api/v1/repository/metadata")
    return {.bytes_max = kOfferBytesMax, .to_file = true, .ask_first = true};
  if (head.path.starts_with("/hooks/")) return {.bytes_max = kHookBytesMax, .ask_first = true};
  const bool ask_first = !head.certificate || !head.path.starts_with("/device/");
  if (head.path == "/device/v1/telemetry") return {.bytes_max = kTelemetryBytesMax, .ask_first = ask_first};
  return {.bytes_max = std::max<std::uint64_t>(kBodyBytesMax, 5 * config.shadow_bytes_max),
          .ask_first = ask_first};
}

std::optional<net::Response> admit(Services& services, const net::Request& head) {
  const Match match = find_route(routes(), head.method, head.path);
  if (match.route == nullptr) return no_route(head, match.status);
  Call call{.request = head};
  if (const Status let = let_in(services, match.route->access, call); !let)
    return error_response(let.error());
  return std::nullopt;
}

}  // namespace drover::server
