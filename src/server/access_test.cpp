// Who may call what: every route as nobody, as a device, as a viewer, an operator and an admin.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/router.h"
#include "server/test_fleet.h"

namespace drover::server {
namespace {

using nlohmann::json;

/// The statuses for each caller. 401 and 403 are refusals; anything else was let in, and says what the
/// handler made of this body.
struct Row {
  const char* method;
  const char* path;
  const char* body;
  int nobody, device, viewer, operator_, admin;
};

const std::string kDigest = sha256("x").hex();
const std::string kTarget = "/api/v1/repository/targets/models/m/1.0.0/" + kDigest + ".x";
constexpr const char* kAssign = R"({"model":"m","version":"1.0.0","force":true})";
constexpr const char* kDesired = R"({"state":{"desired":{"x":1}}})";

const std::vector<Row>& rows() {
  static const std::vector<Row> table = {
      // Whoever asks; what they ask for is checked by the handler.
      {"POST", "/device/v1/enroll", R"({"token":"t","csr":"c"})", 400, 400, 400, 400, 400},
      {"GET", "/repo/metadata/timestamp.json", "", 404, 404, 404, 404, 404},
      {"GET", "/healthz", "", 200, 200, 200, 200, 200},
      {"GET", "/metrics", "", 200, 200, 200, 200, 200},  // from the loopback
      // A device's certificate, and no token in its place.
      {"POST", "/device/v1/renew", R"({"csr":"c"})", 401, 400, 401, 401, 401},
      {"GET", "/device/v1/shadow", "", 401, 200, 401, 401, 401},
      {"POST", "/device/v1/shadow", R"({"state":{"reported":{"x":1}}})", 401, 200, 401, 401, 401},
      {"POST", "/device/v1/telemetry", R"({"epoch":"e"})", 401, 200, 401, 401, 401},
      {"GET", "/things/cam-1/shadow", "", 401, 200, 401, 401, 401},
      {"GET", "/things/cam-2/shadow", "", 401, 403, 401, 401, 401},
      {"POST", "/things/cam-1/shadow", kDesired, 401, 200, 401, 401, 401},
      {"POST", "/things/cam-2/shadow", kDesired, 401, 403, 401, 401, 401},
      {"DELETE", "/things/cam-1/shadow?name=n", "", 401, 404, 401, 401, 401},
      {"DELETE", "/things/cam-2/shadow", "", 401, 403, 401, 401, 401},
      // Looking.
      {"GET", "/api/v1/devices", "", 401, 401, 200, 200, 200},
      {"GET", "/api/v1/devices/cam-2", "", 401, 401, 200, 200, 200},
      {"GET", "/api/v1/devices/cam-2/shadow", "", 401, 401, 200, 200, 200},
      {"GET", "/api/v1/devices/cam-2/logs", "", 401, 401, 200, 200, 200},
      {"GET", "/api/v1/devices/cam-2/windows", "", 401, 401, 200, 200, 200},
      {"GET", "/api/v1/models/defect/windows", "", 401, 401, 200, 200, 200},
      {"GET", "/api/v1/alerts", "", 401, 401, 200, 200, 200},
      {"GET", "/api/v1/alerts/1", "", 401, 401, 404, 404, 404},
      {"GET", "/api/v1/drift/devices/cam-2", "", 401, 401, 200, 200, 200},
      {"GET", "/api/v1/drift/models/defect", "", 401, 401, 200, 200, 200},
      {"GET", "/api/v1/audit", "", 401, 401, 200, 200, 200},
      // Changing the fleet.
      {"POST", "/api/v1/tokens", "{}", 401, 401, 403, 201, 201},
      {"POST", "/api/v1/devices/cam-2/labels", R"({"labels":{"a":"b"}})", 401, 401, 403, 200, 200},
      {"POST", "/api/v1/devices/cam-2/assign", kAssign, 401, 401, 403, 200, 200},
      {"POST", "/api/v1/devices/cam-2/shadow", kDesired, 401, 401, 403, 200, 200},
      {"PUT", kTarget.c_str(), "x", 401, 401, 403, 201, 200},
      {"POST", "/api/v1/repository/metadata", "{}", 401, 401, 403, 400, 400},
      {"POST", "/hooks/grafana", "{}", 401, 401, 403, 400, 400},
      {"POST", "/hooks/alertmanager", "{}", 401, 401, 403, 400, 400},
      // Who may do what, and for ever.
      {"POST", "/api/v1/operators", R"({"name":"bob","role":"viewer"})", 401, 401, 403, 403, 201},
      {"GET", "/api/v1/operators", "", 401, 401, 403, 403, 200},
      {"DELETE", "/api/v1/operators/bob", "", 401, 401, 403, 403, 200},
      {"POST", "/api/v1/devices/cam-2/revoke", "", 401, 401, 403, 403, 200},
  };
  return table;
}

TEST(Access, EveryRouteLetsInWhoItShouldAndNobodyElse) {
  TestFleet fleet;
  for (const char* device : {"cam-1", "cam-2"}) ASSERT_EQ(fleet.enrol(device, fleet.token()).status, 200);
  for (const Row& row : rows()) {
    const auto status = [&](const net::Identity& identity, const std::string& token) {
      net::ClientRequest request{.method = row.method, .url = row.path, .body = row.body};
      if (!token.empty()) request.headers = {{"authorization", "Bearer " + token}};
      return fleet.send(identity, std::move(request)).status;
    };
    const net::Identity stranger = fleet.pki.stranger();
    const std::string where = std::string(row.method) + " " + row.path;
    EXPECT_EQ(status(stranger, ""), row.nobody) << where;
    EXPECT_EQ(status(stranger, "dro_invented"), row.nobody) << where;
    EXPECT_EQ(status(fleet.identity("cam-1"), ""), row.device) << where;
    EXPECT_EQ(status(stranger, "viewer-token"), row.viewer) << where;
    EXPECT_EQ(status(stranger, "operator-token"), row.operator_) << where;
    EXPECT_EQ(status(stranger, "admin-token"), row.admin) << where;
  }
}

TEST(Access, TheTableNamesEveryRoute) {
  for (const Route& route : routes()) {
    const bool is_named = std::ranges::any_of(rows(), [&](const Row& row) {
      const std::string path(row.path);
      return find_route(routes(), row.method, path.substr(0, path.find('?'))).route == &route;
    });
    EXPECT_TRUE(is_named) << route.method << " " << route.pattern;
  }
}

TEST(Access, ABodyIsRefusedBeforeItIsTakenFromWhoMayNotSendIt) {
  TestFleet fleet;
  for (const auto& [method, path] : {std::pair<std::string, std::string>("POST", "/device/v1/telemetry"),
                                     {"POST", "/device/v1/shadow"},
                                     {"POST", "/api/v1/devices/cam-1/shadow"},
                                     {"POST", "/api/v1/repository/metadata"},
                                     {"PUT", kTarget}}) {
    bool was_read = false;
    const auto source = [&](std::uint64_t, std::span<std::uint8_t> into) {
      was_read = true;
      return Result<std::size_t>(into.size());
    };
    const Reply reply = fleet.send(fleet.pki.stranger(),
                                   {.method = method, .url = path, .source = source, .source_bytes = 60'000});
    EXPECT_EQ(reply.status, 401) << path;
    EXPECT_FALSE(was_read) << path;
  }
}

}  // namespace
}  // namespace drover::server
