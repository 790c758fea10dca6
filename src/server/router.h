#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "server/services.h"

namespace drover::server {

/// Who may call a route.
enum class Access : std::uint8_t {
  anyone,
  device,
  viewer,
  operator_,
  admin,
  hook  ///< the handler asks hook_sender() once the body, which may be signed, is there
};

/// A request that was let in.
struct Call {
  const net::Request& request;
  std::vector<std::string> parameters = {};  // what stood for each {…} of the pattern
  DeviceId device = {};                      // with Access::device: the certificate's
  std::string who = {};                      // with an operator's access: the operator's name
};

/// A failure becomes {"error":{"code","message"}} with the status that fits the code.
using Handler = Result<net::Answer> (*)(Services& services, const Call& call);

struct Route {
  std::string_view method;
  std::string_view pattern;  // "/api/v1/devices/{}"; a last segment "{*}" takes all the rest
  Access access;
  Handler handler;
};

/// The first route that fits; status 404 or 405 when none does.
struct Match {
  const Route* route = nullptr;
  std::vector<std::string> parameters = {};
  int status = 200;
};
Match find_route(std::span<const Route> routes, std::string_view method, std::string_view path);

/// All routes of the server.
std::span<const Route> routes();

/// Lets the caller in as the route demands it and calls its handler.
net::Answer handle(Services& services, const net::Request& request);
/// How a request's body is taken.
net::BodyPlan plan_body(const Config& config, const net::Request& head);
/// Refuses a request before its body is taken when its sender may not make it.
std::optional<net::Response> admit(Services& services, const net::Request& head);

net::Response json_response(const nlohmann::json& document, int status = 200);
net::Response error_response(const Error& error);

}  // namespace drover::server
