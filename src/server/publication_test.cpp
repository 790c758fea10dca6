#include "server/publication.h"

#include <gtest/gtest.h>

#include "repo/edit.h"
#include "repo/workspace.h"
#include "server/test_fleet.h"

namespace drover::server {
namespace {

using nlohmann::json;

/// A server over a repository whose offline keys lie elsewhere.
struct Publication : testing::Test {
  TestFleet fleet;
  fs::FileSystem& files = fs::real_file_system();
  repo::KeyDirectory keys{fleet.pki.path("keys")};
  fs::Path repository = fleet.pki.path("repository");

  void SetUp() override { make_repository(std::chrono::hours(0)); }
  void make_repository(std::chrono::hours age) {
    std::filesystem::remove_all(keys.directory);
    for (const char* part : {"metadata", "targets"})
      std::filesystem::remove_all(repository / part);  // not .uploads
    const auto made = repo::make_keys(files, keys);
    ASSERT_TRUE(made.has_value()) << made.error().text();
    const auto created = repo::create_repository(files, repository, *made, repo::Lifetimes::served(),
                                                 system_clock().now() - age);
    ASSERT_TRUE(created.has_value()) << created.error().text();
  }

  static json body_of(const repo::Offer& offer) {
    return {{"metadata", offer.metadata}, {"blobs", offer.blobs}};
  }
  repo::Offer offer_of(const std::function<void(repo::Edit&)>& change) {
    const auto state = repo::load_repository(files, repository);
    EXPECT_TRUE(state.has_value());
    repo::Edit edit(*state, system_clock().now());
    change(edit);
    return *edit.sign(*repo::offline_keys(files, keys));
  }
  void add_version(repo::Edit& edit) {
    EXPECT_TRUE(edit.add_version({.model = *ModelName::parse("defect"), .version = *Version::parse("1.0.0")},
                                 6, sha256("bundle"))
                    .has_value());
    EXPECT_TRUE(edit.promote(*ModelName::parse("defect"), "stable", *Version::parse("1.0.0")).has_value());
  }
  void upload_bundle() {
    const std::string path = "targets/models/defect/1.0.0/" + sha256("bundle").hex() + ".defect-1.0.0.drover";
    const Reply stored =
        fleet.send(fleet.pki.stranger(), {.method = "PUT",
                                          .url = "/api/v1/repository/" + path,
                                          .headers = {{"authorization", "Bearer admin-token"}},
                                          .body = "bundle"});
    EXPECT_EQ(stored.status, 201) << stored.body;
  }
  void publish(const std::function<void(repo::Edit&)>& change) {
    if (!files.info(repository / "targets" / "models" / "defect" / "1.0.0")) upload_bundle();
    EXPECT_EQ(fleet.api("POST", "/repository/metadata", body_of(offer_of(change))).status, 200);
  }
  std::int64_t timestamp_version() { return repo::load_repository(files, repository)->timestamp()->version; }
};

TEST_F(Publication, RenewsSnapshotAndTimestampByItself) {
  EXPECT_FALSE(*renew_repository(fleet.app->services()));
  make_repository(std::chrono::hours(20));
  EXPECT_TRUE(*renew_repository(fleet.app->services()));
  EXPECT_EQ(timestamp_version(), 2);
  EXPECT_FALSE(*renew_repository(fleet.app->services()));
}

TEST_F(Publication, TakesWhatOfflineKeysSignedAndNothingElse) {
  const json body = body_of(offer_of([&](repo::Edit& edit) { add_version(edit); }));
  EXPECT_EQ(fleet.api("POST", "/repository/metadata", body).status, 404) << "the bundle is not there yet";
  upload_bundle();
  json tampered = body;
  std::string role = tampered["metadata"]["1.defect.json"];
  role.replace(role.find("stable"), 6, "STABLE");
  tampered["metadata"]["1.defect.json"] = role;
  EXPECT_EQ(fleet.api("POST", "/repository/metadata", tampered).body["error"]["code"], "bad_signature");
  EXPECT_EQ(fleet.api("POST", "/repository/metadata", body, "viewer-token").status, 403);
  EXPECT_EQ(timestamp_version(), 1) << "refused offers change nothing";

  const Reply published = fleet.api("POST", "/repository/metadata", body);
  EXPECT_EQ(published.status, 200) << published.body;
  EXPECT_EQ(timestamp_version(), 2);
  EXPECT_EQ(fleet.api("POST", "/repository/metadata", body).status, 409) << "the same once more";
  EXPECT_EQ(fleet.api("GET", "/audit").body["audit"][0]["action"], "publish");
}

TEST_F(Publication, AVersionIsAssignedOnceItIsPublishedAndNoMoreOnceItIsWithdrawn) {
  fleet.enrol("cam-1", fleet.token());
  const json assign = {{"model", "defect"}, {"version", "1.0.0"}};
  EXPECT_EQ(fleet.api("POST", "/devices/cam-1/assign", assign).status, 404);
  publish([&](repo::Edit& edit) { add_version(edit); });
  EXPECT_EQ(fleet.api("POST", "/devices/cam-1/assign", assign).status, 200);
  publish([](repo::Edit& edit) {
    EXPECT_TRUE(edit.yank(*ModelName::parse("defect"), *Version::parse("1.0.0"), "bad lamp").has_value());
  });
  const Reply refused = fleet.api("POST", "/devices/cam-1/assign", assign);
  EXPECT_EQ(refused.body["error"]["code"], "yanked");
  EXPECT_NE(refused.body["error"]["message"].get<std::string>().find("bad lamp"), std::string::npos);
}

TEST_F(Publication, RefusesWhatOtherKeysSigned) {
  const json before = body_of(offer_of([&](repo::Edit& edit) { add_version(edit); }));
  make_repository(std::chrono::hours(0));  // the same names under other keys
  upload_bundle();
  EXPECT_EQ(fleet.api("POST", "/repository/metadata", before).body["error"]["code"], "bad_signature");
  EXPECT_EQ(timestamp_version(), 1);
}

TEST_F(Publication, RefusesABodyThatIsNoOffer) {
  const auto code = [&](const json& body) {
    return fleet.api("POST", "/repository/metadata", body).body["error"]["code"].get<std::string>();
  };
  EXPECT_EQ(code(json::object()), "invalid_argument");
  EXPECT_EQ(code({{"metadata", "text"}}), "bad_json");
  EXPECT_EQ(code({{"metadata", {{"2.targets.json", 7}}}}), "bad_json");
  EXPECT_EQ(code({{"metadata", {{"2.targets.json", "{}"}}}}), "bad_metadata");
  EXPECT_EQ(code({{"metadata", {{"../2.targets.json", "{}"}}}}), "invalid_argument");
  EXPECT_EQ(code({{"metadata", {{"2.timestamp.json", "{}"}}}}), "invalid_argument");
}

}  // namespace
}  // namespace drover::server
