#include "repo/refresh.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "repo/served.h"

namespace drover::repo {
namespace {

using testing::ElementsAre;
using trust::Forge;
using trust::test_time;

const std::string kBundle = "models/defect/1.0.0/defect-1.0.0.drover";

Forge two_models() {
  Forge forge;
  forge.delegate("defect", {"models/defect/*/*", "channels/defect/*"}, true);
  forge.delegate("sound", {"models/sound/*/*", "channels/sound/*"}, true);
  forge.add_target("defect", kBundle);
  forge.publish();
  return forge;
}

TEST(Refresh, AsksInTheSpecificationsOrderAndForNothingElse) {
  Forge forge = two_models();
  Device device(forge.at("1.root.json"));
  forge.rotate_root([] {});
  ASSERT_TRUE(device.refresh(forge.files, {kBundle}).has_value());
  EXPECT_THAT(device.requests, ElementsAre("2.root.json", "3.root.json", "timestamp.json", "1.snapshot.json",
                                           "1.targets.json", "1.defect.json"));
}

TEST(Refresh, OfAnUpToDateClientMakesTwoRequests) {
  const Forge forge = two_models();
  Device device(forge.at("1.root.json"));
  ASSERT_TRUE(device.refresh(forge.files, {kBundle}).has_value());
  const auto again = device.refresh(forge.files, {kBundle});
  ASSERT_TRUE(again.has_value());
  EXPECT_THAT(device.requests, ElementsAre("2.root.json", "timestamp.json"));
  EXPECT_EQ(again->find(kBundle)->length, 7u);
}

TEST(Refresh, FetchesOnlyWhatChanged) {
  Forge forge = two_models();
  Device device(forge.at("1.root.json"));
  ASSERT_TRUE(device.refresh(forge.files, {kBundle}).has_value());
  ++forge.roles["defect"].version, ++forge.snapshot.version, ++forge.timestamp.version;
  forge.write_role("defect"), forge.write_snapshot(), forge.write_timestamp();
  ASSERT_TRUE(device.refresh(forge.files, {kBundle}).has_value());
  EXPECT_THAT(device.requests,
              ElementsAre("2.root.json", "timestamp.json", "2.snapshot.json", "2.defect.json"));
}

TEST(Refresh, StoresWhatWasServedByteForByteUnderUnversionedNames) {
  Forge forge;
  const std::string odd = "../a b/%";
  forge.delegate(odd, {"a/*"});
  forge.publish();
  const std::string encoded = "1...%2Fa%20b%2F%25.json";
  forge.files[encoded] = forge.files.extract(Forge::file(1, odd)).mapped();
  Device device(forge.at("1.root.json"));
  forge.rotate_root([] {});
  ASSERT_TRUE(device.refresh(forge.files, {"a/x"}).has_value());
  EXPECT_THAT(*device.files.list("/trust"), ElementsAre("..%2Fa%20b%2F%25.json", "root.json", "snapshot.json",
                                                        "targets.json", "timestamp.json"));
  EXPECT_EQ(device.stored("root.json"), forge.at("2.root.json"));
  EXPECT_EQ(device.stored("timestamp.json"), forge.at("timestamp.json"));
  EXPECT_EQ(device.stored("snapshot.json"), forge.at("1.snapshot.json"));
  EXPECT_EQ(device.stored("targets.json"), forge.at("1.targets.json"));
  EXPECT_EQ(device.stored("..%2Fa%20b%2F%25.json"), forge.at(encoded));
}

TEST(Refresh, WithoutConsistentSnapshotsAsksForUnversionedFiles) {
  Forge forge;
  forge.rotate_root([&] { forge.root.consistent_snapshot = false; });
  forge.files["snapshot.json"] = forge.files.extract("1.snapshot.json").mapped();
  forge.files["targets.json"] = forge.files.extract("1.targets.json").mapped();
  Device device(forge.at("1.root.json"));
  ASSERT_TRUE(device.refresh(forge.files).has_value());
  EXPECT_THAT(device.requests,
              ElementsAre("2.root.json", "3.root.json", "timestamp.json", "snapshot.json", "targets.json"));
}

TEST(Refresh, FollowsAChainOfAHundredRootsAndStopsAtItsLimit) {
  Forge forge;
  Device device(forge.at("1.root.json")), cautious(forge.at("1.root.json"));
  for (int i = 0; i < 100; ++i) forge.rotate_root([] {});
  ASSERT_TRUE(device.refresh(forge.files).has_value());
  EXPECT_EQ(device.requests.size(), 104u);
  ASSERT_TRUE(cautious.refresh(forge.files, {}, test_time(), {.root_rotations_max = 10}).has_value());
  EXPECT_EQ(cautious.requests.size(), 13u);
}

TEST(Refresh, AnUnreachableRepositoryIsNotOneWithoutANewerRoot) {
  const Forge forge = two_models();
  Device device(forge.at("1.root.json"));
  Refresh refresh = *Refresh::begin(device.store, test_time());
  refresh.next();
  refresh.feed(fail(Code::unreachable, "no route"));
  EXPECT_EQ(refresh.status().error().code, Code::unreachable);
  EXPECT_FALSE(refresh.next().has_value());
}

TEST(Refresh, EndlessDataEndsAtTheRolesLimit) {
  Forge forge = two_models();
  Device device(forge.at("1.root.json"));
  forge.files["timestamp.json"] += std::string(trust::kTimestampBytesMax, ' ');
  EXPECT_EQ(device.refresh(forge.files).error().code, Code::too_large);
}

TEST(Refresh, AMissingFileIsAnErrorForAllButTheNextRoot) {
  for (const char* file : {"timestamp.json", "1.snapshot.json", "1.targets.json"}) {
    Forge forge = two_models();
    forge.files.erase(file);
    Device device(forge.at("1.root.json"));
    const auto outcome = device.refresh(forge.files);
    ASSERT_FALSE(outcome.has_value()) << file;
    EXPECT_EQ(outcome.error().context, file);
  }
}

TEST(Refresh, OneModelsBadRoleLeavesTheOthersAlone) {
  Forge forge = two_models();
  forge.roles["sound"].expires = test_time("2026-05-01T00:00:00Z");
  forge.publish_next();
  Device device(forge.at("1.root.json"));
  const auto refresh = device.refresh(forge.files, {"channels/sound/stable.json", kBundle});
  ASSERT_TRUE(refresh.has_value());
  EXPECT_TRUE(refresh->find(kBundle).has_value());
  EXPECT_EQ(refresh->find("channels/sound/stable.json").error().code, Code::metadata_expired);
  EXPECT_EQ(refresh->followed("channels/sound/stable.json").error().code, Code::metadata_expired);
}

TEST(Refresh, ATargetIsFoundInOrderOfDelegation) {
  Forge forge;
  forge.delegate("first", {"a/*"});
  forge.delegate("second", {"a/*"});
  forge.delegate("child", {"a/*"}, false, "first");
  forge.add_target("second", "a/x", "of second");
  forge.add_target("child", "a/x", "of child");
  forge.add_target("second", "a/y", "of second");
  forge.add_target("second", "b/z", "not delegated");
  forge.publish();
  Device device(forge.at("1.root.json"));
  const auto refresh = device.refresh(forge.files, {"a/x", "a/y", "b/z"});
  ASSERT_TRUE(refresh.has_value());
  EXPECT_EQ(refresh->find("a/x")->role, "child");
  EXPECT_EQ(refresh->find("a/y")->role, "second");
  EXPECT_EQ(refresh->find("b/z").error().code, Code::not_found);
  ASSERT_EQ(refresh->targets("a/").size(), 2u);
  EXPECT_EQ(refresh->targets("a/")[0].role, "child");
}

TEST(Refresh, ATerminatingDelegationEndsTheSearch) {
  Forge forge;
  forge.delegate("first", {"a/*"}, true);
  forge.delegate("second", {"a/*"});
  forge.add_target("second", "a/x");
  forge.publish();
  Device device(forge.at("1.root.json"));
  const auto refresh = device.refresh(forge.files, {"a/x"});
  ASSERT_TRUE(refresh.has_value());
  EXPECT_EQ(refresh->find("a/x").error().code, Code::not_found);
  EXPECT_THAT(device.requests, testing::Not(testing::Contains("1.second.json")));
}

TEST(Refresh, RolesThatDelegateInACircleEnd) {
  Forge forge;
  forge.delegate("a", {"*"});
  forge.delegate("b", {"*"}, false, "a");
  auto again = forge.roles["targets"].delegations;
  forge.roles["b"].delegations = again;
  forge.publish();
  Device device(forge.at("1.root.json"));
  const auto refresh = device.refresh(forge.files, {"x"});
  ASSERT_TRUE(refresh.has_value());
  EXPECT_EQ(refresh->find("x").error().code, Code::not_found);
}

TEST(Refresh, ATraversingTargetIsNeverGiven) {
  Forge forge;
  forge.add_target("targets", "../../etc/passwd");
  forge.publish();
  Device device(forge.at("1.root.json"));
  const auto refresh = device.refresh(forge.files);
  ASSERT_TRUE(refresh.has_value());
  EXPECT_EQ(refresh->find("../../etc/passwd").error().code, Code::bad_metadata);
  EXPECT_TRUE(refresh->targets("").empty());
}

TEST(Refresh, ARotatedKeyRecoversFromVersionsThatAThiefRanUp) {
  Forge forge = two_models();
  Device device(forge.at("1.root.json"));
  forge.snapshot.version = forge.timestamp.version = 1'000'000;
  forge.publish();
  ASSERT_TRUE(device.refresh(forge.files).has_value());
  forge.snapshot.version = forge.timestamp.version = 2;
  forge.publish();
  EXPECT_EQ(device.refresh(forge.files).error().code, Code::metadata_rollback);
  forge.rotate_root(
      [&] { forge.give_key("timestamp", "new timestamp"), forge.give_key("snapshot", "new snapshot"); });
  forge.publish();
  const auto recovered = device.refresh(forge.files);
  EXPECT_TRUE(recovered.has_value()) << recovered.error().text();
}

TEST(Refresh, AKeyThatIsOnlyAddedKeepsTheFloor) {
  Forge forge = two_models();
  Device device(forge.at("1.root.json"));
  forge.publish_next();
  ASSERT_TRUE(device.refresh(forge.files).has_value());
  forge.rotate_root([&] {
    const trust::Key key = Forge::spare_key("second timestamp").public_key();
    forge.root.keys[trust::keyid_of(key)] = key;
    forge.root.roles["timestamp"].keyids.push_back(trust::keyid_of(key));
  });
  forge.timestamp.version = 1;
  forge.write_timestamp();
  EXPECT_EQ(device.refresh(forge.files).error().code, Code::metadata_rollback);
}

TEST(Refresh, AClockInThePastOrFarAheadStoresNothingExpiredAndHeals) {
  Forge forge = two_models();
  Device device(forge.at("1.root.json"));
  EXPECT_EQ(device.refresh(forge.files, {}, test_time("2100-01-01T00:00:00Z")).error().code,
            Code::metadata_expired);
  EXPECT_THAT(*device.files.list("/trust"), ElementsAre("root.json"));
  EXPECT_TRUE(device.refresh(forge.files, {}, test_time("1970-01-01T00:00:00Z")).has_value());
  EXPECT_TRUE(device.refresh(forge.files).has_value());
}

TEST(Refresh, WithoutAnInstalledRootSaysWhatToDo) {
  fs::SimFileSystem files;
  const TrustStore store(files, "/trust");
  const auto begun = Refresh::begin(store, test_time());
  EXPECT_EQ(begun.error().code, Code::not_found);
  EXPECT_THAT(begun.error().text(), testing::HasSubstr("install the repository's root first"));
}

TEST(TrustStore, TrustsOneRootAndRefusesAnother) {
  Device device(Forge().at("1.root.json"));
  Forge other;
  other.give_key("root", "somebody else");
  other.write_root();
  EXPECT_EQ(device.store.init(as_bytes(other.at("1.root.json"))).error().code, Code::already_exists);
  EXPECT_EQ(device.store.init(as_bytes("{}")).error().code, Code::bad_metadata);
}

TEST(TrustStore, TellsTheNewestIssuedWithoutNetworkOrClock) {
  Forge forge = two_models();
  set_issued(forge.roles["defect"], test_time("2026-05-03T00:00:00Z"));
  set_issued(forge.roles["sound"], test_time("2026-05-04T00:00:00Z"));
  forge.publish_next();
  Device device(forge.at("1.root.json"));
  EXPECT_EQ(*newest_issued(device.store), std::nullopt);
  ASSERT_TRUE(device.refresh(forge.files, {kBundle, "channels/sound/stable.json"}).has_value());
  EXPECT_EQ(format_time(**newest_issued(device.store)), "2026-05-04T00:00:00Z");
  std::string forged = device.stored("sound.json");
  forged.replace(forged.find("2026-05-04"), 10, "2099-05-04");
  ASSERT_TRUE(device.store.save("sound", as_bytes(forged)).has_value());
  EXPECT_EQ(format_time(**newest_issued(device.store)), "2026-05-03T00:00:00Z");
}

/// Any of the changing operations of a refresh may be the last before the power goes.
TEST(Refresh, APowerCutAtAnyOperationLeavesAUsableDirectory) {
  Forge before = two_models();
  Forge after = before;
  after.rotate_root([&] { after.give_key("timestamp", "new timestamp"); });
  after.publish_next();
  int cuts = 0;
  for (std::uint64_t seed = 0; seed < 3; ++seed) {
    for (std::uint64_t last = 0;; ++last) {
      Device device(before.at("1.root.json"));
      ASSERT_TRUE(device.refresh(before.files, {kBundle}).has_value());
      device.files.cut_power_after(last);
      const bool finished = device.refresh(after.files, {kBundle}).has_value();
      device.files.restart(seed);
      const auto again = device.refresh(after.files, {kBundle});
      ASSERT_TRUE(again.has_value()) << "operation " << last << ": " << again.error().text();
      ASSERT_TRUE(again->find(kBundle).has_value());
      ASSERT_EQ(device.stored("timestamp.json"), after.at("timestamp.json"));
      ASSERT_EQ(device.stored("defect.json"), after.at("2.defect.json"));
      if (finished) break;
      ++cuts;
    }
  }
  EXPECT_GT(cuts, 60);
}

TEST(Refresh, OfManyRolesLoadsTheOneThatItsModelHas) {
  Forge forge;
  for (int i = 0; i < 20; ++i) {
    const std::string name = "model-" + std::to_string(i);
    forge.delegate(name, {"models/" + name + "/*/*"}, true);
    forge.add_target(name, "models/" + name + "/1.0.0/x.drover");
  }
  forge.publish();
  Device device(forge.at("1.root.json"));
  ASSERT_TRUE(device.refresh(forge.files, {"models/model-7/1.0.0/x.drover"}));
  EXPECT_EQ(device.requests, (std::vector<std::string>{"2.root.json", "timestamp.json", "1.snapshot.json",
                                                       "1.targets.json", "1.model-7.json"}));
}

TEST(Refresh, ADiskThatIsFullInTheMiddleLeavesAUsableDirectory) {
  Forge before = two_models();
  Forge after = before;
  after.rotate_root([&] { after.give_key("timestamp", "new timestamp"); });
  after.publish_next();
  int full = 0;
  for (std::uint64_t at = 1;; ++at) {
    Device device(before.at("1.root.json"));
    ASSERT_TRUE(device.refresh(before.files, {kBundle}).has_value());
    device.files.fill_disk_at(at);
    const auto refresh = device.refresh(after.files, {kBundle});
    if (!refresh) EXPECT_EQ(refresh.error().code, Code::disk_full) << refresh.error().text();
    const bool is_over = refresh && refresh->find(kBundle).has_value();
    device.files.free_disk();
    const auto again = device.refresh(after.files, {kBundle});
    ASSERT_TRUE(again.has_value()) << "operation " << at << ": " << again.error().text();
    ASSERT_TRUE(again->find(kBundle).has_value());
    ASSERT_EQ(device.stored("timestamp.json"), after.at("timestamp.json"));
    if (is_over) break;
    ++full;
  }
  EXPECT_GT(full, 10);
}

}  // namespace
}  // namespace drover::repo
