#include <gtest/gtest.h>

#include "bundle/sample_bundle.h"
#include "monitor/testing.h"
#include "monitor/window_json.h"
#include "repo/edit.h"
#include "repo/workspace.h"
#include "server/test_fleet.h"

namespace drover::server {
namespace {

using monitor::testing::inferences;
using monitor::testing::scheme;
using nlohmann::json;

/// A server with a published bundle that has a baseline, and devices that send windows of it.
struct WatchApi : testing::Test {
  TestFleet fleet;
  fs::FileSystem& files = fs::real_file_system();
  fs::Path repository = fleet.pki.path("repository");
  std::string digest;
  std::int64_t now_ms = std::chrono::milliseconds(system_clock().now().time_since_epoch()).count();
  std::uint64_t seq = 0;

  void SetUp() override { publish(); }

  void publish() {
    bundle::Manifest manifest = bundle::sample_manifest();
    bundle::Members members = bundle::sample_members();
    members["baseline.json"] = bundle::bytes_of(drift::to_json(*monitor::testing::baseline()));
    const Bytes bytes = bundle::sample_bundle(manifest, members);
    digest = sha256(bytes).hex();
    const std::string source = fleet.pki.path("bundle");
    ASSERT_TRUE(fs::write_atomically(files, source, bytes));
    const repo::KeyDirectory keys{fleet.pki.path("keys")};
    const auto made = repo::make_keys(files, keys);
    const UnixTime now = system_clock().now();
    ASSERT_TRUE(repo::create_repository(files, repository, *made, repo::Lifetimes::served(), now));
    const auto state = repo::load_repository(files, repository);
    repo::Edit edit(*state, now);
    const auto target =
        edit.add_version({.model = manifest.name, .version = manifest.version}, bytes.size(), sha256(bytes));
    ASSERT_TRUE(target);
    ASSERT_TRUE(repo::store_target(files, repository, *target, source));
    const auto offer = edit.sign(*repo::offline_keys(files, keys));
    const Status installed = repo::install(files, repository, *offer, *repo::online_keys(files, keys), now);
    ASSERT_TRUE(installed) << installed.error().text();
  }

  json window(const monitor::Window& of, const std::string& bundle_digest = "") const {
    return {{"model", "defect"},
            {"version", "1.2.0"},
            {"digest", bundle_digest.empty() ? digest : bundle_digest},
            {"window", monitor::to_json(of, scheme())},
            {"confidence_rolling", 0.91}};
  }
  /// The window of the minute that ended so long ago.
  monitor::Window counted(int minutes_ago, std::size_t count, std::uint64_t window_seed,
                          double light = 100) const {
    const std::int64_t end_ms = now_ms - minutes_ago * 60'000;
    return monitor::testing::window_of(inferences(count, window_seed, light), end_ms - 60'000, end_ms);
  }
  Reply send(const std::string& device, const json& entry) {
    json numbered = entry;
    numbered["seq"] = ++seq;
    return fleet.as(device, "POST", "/device/v1/telemetry",
                    json{{"epoch", "e"}, {"entries", {numbered}}}.dump());
  }
  void enrol(const std::string& device) { fleet.enrol(device, fleet.token()); }
  void send_windows(const std::string& device, std::uint64_t first_seed, double light = 100) {
    enrol(device);
    for (int i = 0; i < 4; ++i)
      ASSERT_EQ(send(device, {{"windows",
                               {window(counted(i, 500, first_seed + static_cast<std::uint64_t>(i), light))}}})
                    .status,
                200);
  }
};

TEST_F(WatchApi, ListsWindowsInPagesNewestFirst) {
  send_windows("cam-1", 10);
  send_windows("cam-2", 20);
  const json first = fleet.api("GET", "/devices/cam-1/windows?count=3", {}, "viewer-token").body;
  ASSERT_EQ(first["windows"].size(), 3u);
  const json& newest = first["windows"][0];
  EXPECT_EQ(newest["end_ms"], now_ms);
  EXPECT_EQ(newest["device"], "cam-1");
  EXPECT_EQ(newest["inferences"], 500);
  EXPECT_NEAR(newest["confidence_mean"].get<double>(), 0.9, 0.01);
  EXPECT_EQ(newest["confidence_rolling"], 0.91);
  EXPECT_NEAR(newest["latency_ms"]["p95"].get<double>(), 3, 0.03);
  EXPECT_FALSE(newest.contains("entry"));
  const std::string next = first["next"];
  const json rest = fleet.api("GET", "/devices/cam-1/windows?count=3&before=" + next).body;
  ASSERT_EQ(rest["windows"].size(), 1u);
  EXPECT_EQ(rest["windows"][0]["end_ms"], now_ms - 3 * 60'000);
  EXPECT_TRUE(rest["next"].is_null());
  EXPECT_EQ(fleet.api("GET", "/models/defect/windows").body["windows"].size(), 8u);
  EXPECT_EQ(fleet.api("GET", "/models/defect/windows?since=90s").body["windows"].size(), 4u);
  EXPECT_EQ(fleet.api("GET", "/models/defect/windows?until=90s").body["windows"].size(), 4u);
  EXPECT_EQ(fleet.api("GET", "/models/defect/windows?version=9.9.9").body["windows"].size(), 0u);
  EXPECT_EQ(fleet.api("GET", "/devices/cam-1/windows?model=ocr").body["windows"].size(), 0u);
  const json whole = fleet.api("GET", "/devices/cam-1/windows?count=1&whole=true").body["windows"][0];
  EXPECT_EQ(whole["entry"], window(counted(0, 500, 10)));
}

TEST_F(WatchApi, RefusesQuestionsThatCannotBeMeant) {
  enrol("cam-1");
  for (const char* path :
       {"/devices/cam-1/windows?count=0", "/devices/cam-1/windows?count=5000",
        "/devices/cam-1/windows?since=soon", "/devices/cam-1/windows?before=7",
        "/devices/cam-1/windows?before=7-x", "/devices/cam-1/windows?model=UPPER", "/models/UPPER/windows",
        "/alerts?state=odd", "/alerts?whole=true&count=101", "/devices/cam-1/windows?whole=true&count=501",
        "/alerts?device=no%20blanks", "/drift/devices/cam-1?since=soon", "/drift/models/UPPER"})
    EXPECT_EQ(fleet.api("GET", path).status, 400) << path;
  for (const char* path : {"/devices/none/windows", "/drift/devices/none", "/alerts/1", "/alerts/x"})
    EXPECT_EQ(fleet.api("GET", path).status, 404) << path;
  for (const char* path : {"/models/defect/windows", "/alerts", "/drift/models/defect"})
    EXPECT_EQ(fleet.api("GET", path, {}, "no token").status, 401) << path;
}

TEST_F(WatchApi, NamesTheDeviceThatDriftedAndTheColumn) {
  send_windows("cam-1", 10);
  send_windows("cam-2", 20);
  send_windows("cam-3", 30, 112);
  const Reply reply = fleet.api("GET", "/drift/models/defect", {}, "viewer-token");
  ASSERT_EQ(reply.status, 200) << reply.body;
  EXPECT_EQ(reply.body["complete"], true);
  ASSERT_EQ(reply.body["versions"].size(), 1u);
  const json& version = reply.body["versions"][0];
  EXPECT_EQ(version["version"], "1.2.0");
  EXPECT_EQ(version["digests"], json{digest});
  EXPECT_EQ(version["baseline"], true);
  EXPECT_EQ(version["windows"], 12);
  EXPECT_EQ(version["inferences"], 6000);
  EXPECT_EQ(version["columns"]["light"]["n"], 6000);
  EXPECT_EQ(version["deviating"], json{"cam-3"});
  ASSERT_EQ(version["devices"].size(), 3u);
  const json& odd = version["devices"][0];
  EXPECT_EQ(odd["device"], "cam-3") << "those that drifted come first";
  EXPECT_EQ(odd["drifted"], json{"light"});
  EXPECT_EQ(odd["unlike_the_rest"], json{"light"});
  EXPECT_EQ(odd["columns"]["light"]["verdict"], "drifted");
  EXPECT_NEAR(odd["columns"]["light"]["median"].get<double>(), 112, 1);
  EXPECT_EQ(version["devices"][1]["drifted"], json::array());
  EXPECT_EQ(version["classes"]["counts"]["defect"]["now"], 1200);
  EXPECT_EQ(version["classes"]["verdict"], "same");

  const json alone = fleet.api("GET", "/drift/devices/cam-3?model=defect").body;
  EXPECT_EQ(alone["versions"][0]["drifted"], json{"light"});
  EXPECT_EQ(alone["versions"][0]["columns"]["light"]["ks"], odd["columns"]["light"]["ks"]);
  EXPECT_FALSE(alone["versions"][0].contains("devices"));
  EXPECT_TRUE(fleet.api("GET", "/drift/devices/cam-3?until=1h").body["versions"].empty());
}

TEST_F(WatchApi, AddsUpWindowsOfABundleThatIsElsewhereWithoutJudgingThem) {
  enrol("cam-1");
  const std::string elsewhere = sha256("another repository's").hex();
  send("cam-1", {{"windows", {window(counted(0, 500, 1), elsewhere)}}});
  const json version = fleet.api("GET", "/drift/models/defect").body["versions"][0];
  EXPECT_EQ(version["baseline"], false);
  EXPECT_NE(version["no_baseline"].get<std::string>().find("no bundle of this digest"), std::string::npos);
  EXPECT_EQ(version["inferences"], 500);
  EXPECT_TRUE(version["columns"].empty());
  EXPECT_EQ(version["classes"]["counts"]["0"]["now"], 400);
}

TEST_F(WatchApi, LeavesOutWindowsThatAreNotCountedAsTheirBundleAsks) {
  enrol("cam-1");
  monitor::Window lied = counted(0, 500, 1);
  lied.classes.resize(1);
  lied.classes[0] = 0;
  monitor::Window other = counted(0, 500, 1);
  other.scheme = 7;
  send("cam-1", {{"windows", {window(lied), window(other), window(counted(1, 500, 2))}}});
  const json answer = fleet.api("GET", "/drift/models/defect").body;
  EXPECT_EQ(answer["left_out"], 2);
  EXPECT_EQ(answer["versions"][0]["inferences"], 500);
}

TEST_F(WatchApi, ADamagedBundleIsNoReference) {
  send_windows("cam-1", 10);
  const fs::Path file =
      repository / "targets" / "models" / "defect" / "1.2.0" / (digest + ".defect-1.2.0.drover");
  Bytes bytes = *fs::read_file(files, file, 1 << 20);
  bytes[bytes.size() - 1030] ^= 1;
  ASSERT_TRUE(fs::write_atomically(files, file, bytes));
  const json version = fleet.api("GET", "/drift/models/defect").body["versions"][0];
  EXPECT_EQ(version["baseline"], false);
  EXPECT_NE(version["no_baseline"].get<std::string>().find("its SHA-256 is"), std::string::npos);
}

TEST_F(WatchApi, AlertsAreListedByHowTheirRulesStand) {
  enrol("cam-1");
  const auto alert = [&](const char* rule, const char* change, int minutes_ago) {
    return json{{"model", "defect"},
                {"version", "1.2.0"},
                {"digest", digest},
                {"rule", rule},
                {"kind", "rule"},
                {"change", change},
                {"at_ms", now_ms - minutes_ago * 60'000},
                {"actions", {"alert", "rollback"}},
                {"outcome", "held: nothing better is kept"},
                {"why", "mean(confidence) < 0.75"},
                {"verdict", {{"condition", "mean(confidence) < 0.75"}}}};
  };
  ASSERT_EQ(send("cam-1", {{"alerts", {alert("low", "pending", 9), alert("low", "fired", 5)}}}).status, 200);
  send("cam-1", {{"alerts", {alert("slow", "fired", 5), alert("slow", "resolved", 1)}}});
  const json all = fleet.api("GET", "/alerts?count=3", {}, "viewer-token").body;
  ASSERT_EQ(all["alerts"].size(), 3u);
  EXPECT_EQ(all["alerts"][0]["change"], "resolved");
  const std::string next = all["next"];
  EXPECT_EQ(fleet.api("GET", "/alerts?count=3&before=" + next).body["alerts"].size(), 1u);
  const json firing = fleet.api("GET", "/alerts?state=firing&device=cam-1&model=defect").body["alerts"];
  ASSERT_EQ(firing.size(), 1u);
  EXPECT_EQ(firing[0]["rule"], "low");
  EXPECT_EQ(firing[0]["device"], "cam-1");
  EXPECT_EQ(firing[0]["outcome"], "held: nothing better is kept");
  EXPECT_EQ(firing[0]["actions"], (json{"alert", "rollback"}));
  EXPECT_FALSE(firing[0].contains("verdict"));
  EXPECT_EQ(fleet.api("GET", "/alerts?since=2m").body["alerts"].size(), 1u);
  EXPECT_EQ(fleet.api("GET", "/alerts?device=cam-9").body["alerts"].size(), 0u);
  EXPECT_EQ(fleet.api("GET", "/alerts?state=firing&whole=true").body["alerts"][0]["verdict"]["condition"],
            "mean(confidence) < 0.75");
  const json one = fleet.api("GET", fmt::format("/alerts/{}", firing[0]["id"].get<int>())).body;
  EXPECT_EQ(one["verdict"]["condition"], "mean(confidence) < 0.75");
}

TEST_F(WatchApi, ABadWindowIsToldAndTheRestIsKept) {
  enrol("cam-1");
  json bad = window(counted(0, 10, 1));
  bad["window"]["right"] = 5;
  const Reply reply = send("cam-1", {{"windows", {bad, window(counted(0, 10, 1))}}});
  EXPECT_EQ(reply.body["acked"], json::parse("[[1,1]]"));
  EXPECT_EQ(reply.body["refused"][0]["place"], "windows[0]");
  EXPECT_EQ(fleet.api("GET", "/devices/cam-1/windows").body["windows"][0]["place"], 1);
  const json logs = fleet.api("GET", "/devices/cam-1/logs").body;
  EXPECT_EQ(logs["telemetry"][0]["entry"]["refused"][0]["message"], "window: right: more than labelled");
  const std::string metrics = fleet.send(fleet.pki.stranger(), {.url = "/metrics"}).raw.body;
  EXPECT_NE(metrics.find("\ndrover_server_windows_total 1\n"), std::string::npos);
  EXPECT_NE(metrics.find("\ndrover_server_telemetry_refused_total 1\n"), std::string::npos);
}

}  // namespace
}  // namespace drover::server
