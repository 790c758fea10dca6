#include <gtest/gtest.h>

#include <thread>

#include "server/test_fleet.h"

namespace drover::server {
namespace {

using nlohmann::json;

class DeviceApi : public testing::Test {
 protected:
  void until_waiting(std::uint64_t count) {
    const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (fleet.app->services().counters().waiting != count) {
      ASSERT_LT(std::chrono::steady_clock::now(), give_up);
      std::this_thread::yield();
    }
  }
  TestFleet fleet;
};

TEST_F(DeviceApi, ADeviceEnrolsOnceWithATokenAndFindsAnEmptyShadow) {
  const std::string token = fleet.token({{"labels", {{"site", "north"}}}});
  const Reply enrolled = fleet.enrol("cam-1", token);
  ASSERT_EQ(enrolled.status, 200) << enrolled.body;
  EXPECT_EQ(enrolled.body["device"], "cam-1");
  const auto info = net::read_certificate(enrolled.body["certificate"].get<std::string>()).value();
  EXPECT_EQ(info.not_after - info.not_before, net::kDeviceCertificateLife + net::kBackdating);
  const Reply shadow = fleet.as("cam-1", "GET", "/device/v1/shadow");
  EXPECT_EQ(shadow.status, 200);
  EXPECT_EQ(shadow.body["state"], json::parse(R"({"desired":{},"reported":{},"delta":{}})"));
  EXPECT_EQ(shadow.body["desired_version"], 0);
  EXPECT_EQ(fleet.api("GET", "/devices/cam-1").body["labels"]["site"], "north");

  const Reply again = fleet.enrol("cam-2", token);
  EXPECT_EQ(again.status, 401);
  EXPECT_EQ(again.body["error"]["code"], "not_authenticated");
}

TEST_F(DeviceApi, RefusesEnrolmentsThatAreNotInOrder) {
  EXPECT_EQ(fleet.enrol("cam-1", "dre_invented").status, 401);
  const std::string bound = fleet.token({{"device", "cam-1"}});
  EXPECT_EQ(fleet.enrol("cam-2", bound).status, 401);
  EXPECT_EQ(fleet.enrol("not a device id!", bound).status, 400);
  const auto post = [&](const std::string& body) {
    return fleet.send(fleet.pki.stranger(), {.method = "POST", .url = "/device/v1/enroll", .body = body})
        .status;
  };
  EXPECT_EQ(post("{"), 400);
  EXPECT_EQ(post(R"({"token":"t"})"), 400);
  EXPECT_EQ(post(R"({"token":"t","csr":"nonsense"})"), 400);
  EXPECT_EQ(post(std::string(100'000, ' ')), 413);
  EXPECT_EQ(fleet.enrol("cam-1", bound).status, 200) << "none of these used the token up";
}

TEST_F(DeviceApi, NeedsACertificateAndTakesNoOthers) {
  fleet.enrol("cam-1", fleet.token());
  EXPECT_EQ(fleet.send(fleet.pki.stranger(), {.url = "/device/v1/shadow"}).status, 401);
  EXPECT_EQ(fleet.send(fleet.pki.client("cam-1"), {.url = "/device/v1/shadow"}).status, 403)
      << "the authority's, but never issued by this server";
  EXPECT_EQ(fleet.as("cam-1", "GET", "/things/cam-2/shadow").status, 403);
  EXPECT_EQ(fleet.api("GET", "/devices", {}, "no such token").status, 401);
  EXPECT_EQ(fleet.as("cam-1", "GET", "/api/v1/devices").status, 401) << "a device is no operator";
}

TEST_F(DeviceApi, ALongPollEndsWhenSomethingIsAssignedAndNotForAReport) {
  fleet.enrol("cam-1", fleet.token());
  Reply polled;
  std::thread poll([&] { polled = fleet.as("cam-1", "GET", "/device/v1/shadow?known=0&wait=50"); });
  until_waiting(1);
  EXPECT_EQ(
      fleet.as("cam-1", "POST", "/device/v1/shadow", R"({"state":{"reported":{"agent":{"version":"1"}}}})")
          .status,
      200);
  EXPECT_EQ(fleet.app->services().counters().waiting, 1u) << "a report wakes nobody";
  EXPECT_EQ(fleet.assign("cam-1", "1.0.0").body["order"], 1);
  poll.join();
  EXPECT_EQ(polled.body["state"]["desired"]["models"]["defect"],
            json::parse(R"({"version":"1.0.0","order":1})"));
  EXPECT_EQ(polled.body["desired_version"], 2);
  EXPECT_EQ(polled.body["state"]["delta"]["models"]["defect"]["version"], "1.0.0");
  EXPECT_EQ(fleet.assign("cam-1", "1.0.0").body["order"], 2) << "assigned anew, so that it is tried again";
}

TEST_F(DeviceApi, ALongPollWithNothingNewAnswersAfterItsWait) {
  fleet.enrol("cam-1", fleet.token());
  const auto begin = std::chrono::steady_clock::now();
  const Reply polled = fleet.as("cam-1", "GET", "/device/v1/shadow?known=0&wait=1");
  EXPECT_GE(std::chrono::steady_clock::now() - begin, std::chrono::milliseconds(900));
  EXPECT_EQ(polled.status, 200);
  EXPECT_EQ(fleet.as("cam-1", "GET", "/device/v1/shadow?known=7&wait=50").status, 200)
      << "known is behind: at once";
  EXPECT_EQ(fleet.as("cam-1", "GET", "/device/v1/shadow?known=x").status, 400);
}

TEST_F(DeviceApi, SpeaksTheShadowServicesWords) {
  fleet.enrol("cam-1", fleet.token());
  const Reply accepted =
      fleet.as("cam-1", "POST", "/device/v1/shadow", R"({"state":{"reported":{"a":1}},"clientToken":"t"})");
  EXPECT_EQ(accepted.body["version"], 1);
  EXPECT_EQ(accepted.body["clientToken"], "t");
  const Reply bad = fleet.as("cam-1", "POST", "/device/v1/shadow", "{");
  EXPECT_EQ(bad.status, 400);
  EXPECT_EQ(bad.body["code"], 400);
  EXPECT_EQ(bad.body["message"], "Invalid JSON");
  EXPECT_EQ(fleet.as("cam-1", "POST", "/device/v1/shadow", R"({"state":{},"version":5})").status, 409);
  EXPECT_EQ(fleet
                .as("cam-1", "POST", "/device/v1/shadow",
                    R"({"state":{"reported":{"a":")" + std::string(9000, 'x') + "\"}}}")
                .status,
            413);
  EXPECT_EQ(fleet.as("cam-1", "GET", "/things/cam-1/shadow").body["state"]["reported"]["a"], 1);
  EXPECT_EQ(fleet.as("cam-1", "GET", "/things/cam-1/shadow?name=x").body["message"],
            "No shadow exists with name: x");
  EXPECT_EQ(fleet.as("cam-1", "DELETE", "/things/cam-1/shadow").body["version"], 1);
  EXPECT_EQ(fleet.as("cam-1", "GET", "/things/cam-1/shadow").status, 404);
}

TEST_F(DeviceApi, ADeviceMakesNoMoreShadowsThanItMay) {
  fleet.enrol("cam-1", fleet.token());
  const auto write = [&](const std::string& name) {
    return fleet.as("cam-1", "POST", "/things/cam-1/shadow?name=" + name,
                    R"({"state":{"reported":{"a":1}}})");
  };
  for (std::size_t i = 0; i < db::Store::kShadowsMax; ++i) ASSERT_EQ(write(std::to_string(i)).status, 200);
  EXPECT_EQ(write("more").status, 429);
  EXPECT_EQ(write("0").status, 200);
}

TEST_F(DeviceApi, ConcurrentUpdatesAllArrive) {
  fleet.enrol("cam-1", fleet.token());
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&, t] {
      for (int i = 0; i < 5; ++i)
        EXPECT_EQ(fleet
                      .as("cam-1", "POST", "/device/v1/shadow",
                          fmt::format(R"({{"state":{{"reported":{{"k{}-{}":1}}}}}})", t, i))
                      .status,
                  200);
    });
  for (auto& thread : threads) thread.join();
  const Reply shadow = fleet.as("cam-1", "GET", "/device/v1/shadow");
  EXPECT_EQ(shadow.body["version"], 20);
  EXPECT_EQ(shadow.body["state"]["reported"].size(), 20u);
}

TEST_F(DeviceApi, ARevokedDeviceIsRefusedAlsoWhileItWaits) {
  fleet.enrol("cam-1", fleet.token());
  Reply polled;
  std::thread poll([&] { polled = fleet.as("cam-1", "GET", "/device/v1/shadow?known=0&wait=50"); });
  until_waiting(1);
  EXPECT_EQ(fleet.api("POST", "/devices/cam-1/revoke").status, 200);
  poll.join();
  EXPECT_EQ(polled.status, 403);
  EXPECT_EQ(fleet.as("cam-1", "GET", "/device/v1/shadow").status, 403);
  EXPECT_EQ(fleet.enrol("cam-1", fleet.token()).status, 403);
}

TEST_F(DeviceApi, ACertificateIsRenewedForItsOwnDeviceOnly) {
  fleet.enrol("cam-1", fleet.token());
  const auto renew = [&](const net::KeyAndRequest& request) {
    return fleet.as("cam-1", "POST", "/device/v1/renew", json{{"csr", request.request}}.dump());
  };
  EXPECT_EQ(renew(net::make_request("cam-2").value()).status, 403);
  const auto request = net::make_request("cam-1").value();
  const Reply renewed = renew(request);
  ASSERT_EQ(renewed.status, 200) << renewed.body;
  EXPECT_EQ(fleet.as("cam-1", "GET", "/device/v1/shadow").status, 200)
      << "the old one holds until it expires";
  fleet.pki.write("cam-1.key", request.key);
  fleet.pki.write("cam-1.crt", renewed.body["certificate"].get<std::string>());
  EXPECT_EQ(fleet.as("cam-1", "GET", "/device/v1/shadow").status, 200);
}

TEST_F(DeviceApi, TelemetryIsKeptOnceAndAcknowledged) {
  fleet.enrol("cam-1", fleet.token());
  const std::string body =
      R"({"epoch":"e","entries":[{"seq":1,"health":{"uptime_s":9}},{"seq":2},{"seq":5}],"lost":[[3,4]]})";
  for (int i = 0; i < 2; ++i) {
    const Reply reply = fleet.as("cam-1", "POST", "/device/v1/telemetry", body);
    ASSERT_EQ(reply.status, 200) << reply.body;
    EXPECT_EQ(reply.body["acked"], json::parse("[[1,2],[5,5]]"));
  }
  const Reply logs = fleet.api("GET", "/devices/cam-1/logs");
  ASSERT_EQ(logs.body["telemetry"].size(), 1u) << "the others hold nothing to show";
  EXPECT_EQ(logs.body["telemetry"][0]["entry"]["health"]["uptime_s"], 9);
  EXPECT_EQ(fleet.as("cam-1", "POST", "/device/v1/telemetry", R"({"epoch":1})").status, 400);
  EXPECT_EQ(fleet.as("cam-1", "POST", "/device/v1/telemetry", std::string(2 << 20, ' ')).status, 413);
}

}  // namespace
}  // namespace drover::server
