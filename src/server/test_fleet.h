#pragma once

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/canonical_json.h"
#include "net/http.h"
#include "net/test_pki.h"
#include "server/app.h"

namespace drover::server {

struct Reply {
  int status = 0;
  nlohmann::json body = {};
  net::ClientResponse raw = {};
};

/// For tests: a running server on free loopback ports, an admin, an operator and a viewer, and devices that
/// enrol.
class TestFleet {
 public:
  explicit TestFleet(
      std::function<void(Config&)> adjust = [](Config&) {}, Clock& clock = system_clock())
      : adjust_(std::move(adjust)), clock_(clock) {
    start();
  }

  void start() {
    Config config;
    config.directory = pki.path("");
    config.address = "127.0.0.1";
    config.port = 0;
    config.tls_certificate = "server.crt";
    config.tls_key = "server.key";
    config.ca_certificate = "ca.crt";
    config.ca_key = "ca.key";
    pki.write("ca.key", pki.authority().key);
    adjust_(config);
    app = App::start(config, clock_).value();
    (void)app->services().store->add_operator({"ann", db::Role::admin}, sha256("admin-token"));
    (void)app->services().store->add_operator({"joe", db::Role::operator_}, sha256("operator-token"));
    (void)app->services().store->add_operator({"eve", db::Role::viewer}, sha256("viewer-token"));
  }
  void stop() { app.reset(); }

  Reply send(const net::Identity& identity, net::ClientRequest request) const {
    request.url = fmt::format("https://127.0.0.1:{}{}", app->port(), request.url);
    request.bytes_max = 64 << 20;
    const auto response = net::make_curl_client({.identity = identity})->perform(std::move(request));
    if (!response) return {.body = std::string(name(response.error().code))};
    return {response->status, nlohmann::json::parse(response->body, nullptr, false), *response};
  }
  /// As an operator: the admin unless told.
  Reply api(const std::string& method, const std::string& path, const nlohmann::json& body = {},
            const std::string& token = "admin-token") const {
    return send(pki.stranger(), {.method = method,
                                 .url = "/api/v1" + path,
                                 .headers = {{"authorization", "Bearer " + token}},
                                 .body = body.is_null() ? "" : body.dump()});
  }
  /// As a device.
  Reply as(const std::string& device, const std::string& method, const std::string& path,
           const std::string& body = "") const {
    return send(identity(device), {.method = method, .url = path, .body = body});
  }
  [[nodiscard]] net::Identity identity(const std::string& device) const {
    return {pki.path("ca.crt"), pki.path(device + ".crt"), pki.path(device + ".key")};
  }
  std::string token(const nlohmann::json& body = nlohmann::json::object()) const {
    return api("POST", "/tokens", body).body.value("token", "no token was made");
  }
  Reply enrol(const std::string& device, const std::string& token_text) {
    const auto request = net::make_request(device).value();
    const Reply reply = send(
        pki.stranger(), {.method = "POST",
                         .url = "/device/v1/enroll",
                         .body = nlohmann::json{{"token", token_text}, {"csr", request.request}}.dump()});
    if (reply.status == 200) {
      pki.write(device + ".key", request.key);
      pki.write(device + ".crt", reply.body["certificate"].get<std::string>());
    }
    return reply;
  }
  Reply assign(const std::string& device, const std::string& version) const {
    return api("POST", "/devices/" + device + "/assign",
               {{"model", "defect"}, {"version", version}, {"force", true}});
  }

  net::TestPki pki;
  std::unique_ptr<App> app;

 private:
  std::function<void(Config&)> adjust_;
  Clock& clock_;
};

}  // namespace drover::server
