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
  const std::string bundle = "targets/models/defect/1.0.0/" + sha256("bundle").hex() + ".defect-1.0.0.drover";
  EXPECT_EQ(fleet
                .send(fleet.pki.stranger(), {.method = "PUT",
                                             .url = "/api/v1/repository/" + bundle,
                                             .headers = {{"authorization", "Bearer admin-token"}},
                                             .body = "bundle"})
                .status,
            201);
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

}  // namespace
}  // namespace drover::server
