#include "repo/repository.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "repo/catalog.h"
#include "repo/publisher.h"
#include "repo/repository_files.h"
#include "repo/workspace.h"

namespace drover::repo {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using trust::test_time;

const ModelName kModel = Publisher::model();
Version version(std::string_view text) { return *Version::parse(text); }

std::vector<std::string> offered(const Refresh& refresh) {
  std::vector<std::string> texts;
  for (const ModelTarget& one : refresh.versions(kModel)) texts.push_back(one.version.str() + one.variant);
  return texts;
}

const std::vector<std::string> kStable = {"channels/defect/stable.json"};

TEST(Repository, APublishedVersionReachesAClientWithWhatItRequires) {
  Publisher publisher;
  ASSERT_TRUE(publisher.publish("1.0.0", "stable").has_value());
  ASSERT_TRUE(publisher.publish("1.1.0", "", "arm").has_value());
  Device device = publisher.device();
  const auto refresh = device.refresh(publisher.served(), kStable);
  ASSERT_TRUE(refresh.has_value()) << refresh.error().text();
  EXPECT_THAT(offered(*refresh), ElementsAre("1.0.0", "1.1.0arm"));
  const ModelTarget one = refresh->versions(kModel)[0];
  EXPECT_EQ(one.requirements.at("arch"), "aarch64");
  EXPECT_EQ(one.notes, "note");
  EXPECT_EQ(*one.issued, test_time());
  EXPECT_EQ(*one.target.sha256, sha256("bundle 1.0.0"));
  EXPECT_EQ(refresh->newest_issued(), test_time());
  const auto stored =
      fs::read_file(publisher.files, target_path(publisher.place, one.target.file_path()), 100);
  EXPECT_EQ(as_text(*stored), "bundle 1.0.0");
  const TargetInfo channel = *refresh->find(kStable[0]);
  const auto text = fs::read_file(publisher.files, target_path(publisher.place, channel.file_path()), 1000);
  ASSERT_TRUE(trust::check_hashes(*text, channel.length, channel.hashes).has_value());
  EXPECT_EQ(parse_channel(as_text(*text))->version, version("1.0.0"));
}

TEST(Repository, AVersionIsImmutable) {
  Publisher publisher;
  ASSERT_TRUE(publisher.publish("1.0.0").has_value());
  EXPECT_EQ(publisher.publish("1.0.0").error().code, Code::already_exists);
  EXPECT_TRUE(publisher.publish("1.0.0", "", "arm").has_value());
}

TEST(Repository, AYankedVersionIsGoneNamedAndNeverPublishedAgain) {
  Publisher publisher;
  ASSERT_TRUE(publisher.publish("1.0.0").has_value());
  ASSERT_TRUE(publisher.publish("1.1.0", "stable").has_value());
  Device device = publisher.device();
  ASSERT_TRUE(device.refresh(publisher.served(), kStable).has_value());
  const Files before = publisher.served();
  std::vector<std::string> emptied;
  ASSERT_TRUE(publisher
                  .change([&](Edit& edit) -> Status {
                    emptied = DROVER_TRY(edit.yank(kModel, version("1.1.0"), "bad lamp"));
                    return {};
                  })
                  .has_value());
  EXPECT_THAT(emptied, ElementsAre("stable"));
  const auto refresh = device.refresh(publisher.served(), kStable);
  ASSERT_TRUE(refresh.has_value());
  EXPECT_THAT(offered(*refresh), ElementsAre("1.0.0"));
  ASSERT_EQ(refresh->yanked(kModel).size(), 1u);
  EXPECT_EQ(refresh->yanked(kModel)[0].reason, "bad lamp");
  EXPECT_EQ(refresh->find(kStable[0]).error().code, Code::not_found);
  EXPECT_EQ(publisher.publish("1.1.0").error().code, Code::yanked);
  EXPECT_EQ(device.refresh(before, kStable).error().code, Code::metadata_rollback);
}

TEST(Repository, AChannelPointsOnlyAtWhatIsThere) {
  Publisher publisher;
  EXPECT_EQ(
      publisher.change([](Edit& e) { return e.promote(kModel, "stable", version("1.0.0")); }).error().code,
      Code::not_found);
  ASSERT_TRUE(publisher.publish("1.0.0", "stable").has_value());
  ASSERT_TRUE(publisher.publish("1.1.0", "stable").has_value());
  EXPECT_EQ(
      publisher.change([](Edit& e) { return e.promote(kModel, "stable", version("2.0.0")); }).error().code,
      Code::not_found);
  ASSERT_TRUE(
      publisher.change([](Edit& e) { return e.promote(kModel, "stable", version("1.0.0")); }).has_value());
  const auto models = catalog_of(publisher.state());
  ASSERT_EQ(models.size(), 1u);
  EXPECT_EQ(models[0].channels.at("stable"), "1.0.0");
  EXPECT_THAT(models[0].versions[0].channels, ElementsAre("stable"));
}

TEST(Repository, OfTwoPublishersFromOneStateTheSecondIsTold) {
  Publisher publisher;
  ASSERT_TRUE(publisher.publish("1.0.0").has_value());
  const trust::TrustedSet state = publisher.state();
  Edit first(state, publisher.now), second(state, publisher.now);
  ASSERT_TRUE(first.promote(kModel, "stable", version("1.0.0")).has_value());
  ASSERT_TRUE(second.promote(kModel, "beta", version("1.0.0")).has_value());
  ASSERT_TRUE(
      install(publisher.files, publisher.place, *first.sign(publisher.ring), publisher.ring, publisher.now));
  EXPECT_EQ(
      install(publisher.files, publisher.place, *second.sign(publisher.ring), publisher.ring, publisher.now)
          .error()
          .code,
      Code::conflict);
  const auto lock = publisher.files.lock(publisher.place, true);
  EXPECT_EQ(publisher.publish("1.1.0").error().code, Code::conflict);
}

/// A thief of the server has the online keys and the disk, and neither of the offline keys.
TEST(Repository, TakesNothingThatTheOfflineKeysDidNotSign) {
  Publisher publisher;
  ASSERT_TRUE(publisher.publish("1.0.0").has_value());
  const trust::TrustedSet state = publisher.state();
  Edit edit(state, publisher.now);
  ASSERT_TRUE(edit.promote(kModel, "stable", version("1.0.0")).has_value());
  KeyRing stolen;
  stolen.add(publisher.keys.at("snapshot"));
  stolen.add(publisher.keys.at("timestamp"));
  EXPECT_EQ(edit.sign(stolen).error().code, Code::not_authorized);
  Offer offer = *edit.sign(publisher.ring);
  std::string& role = offer.metadata.at("2.defect.json");
  role.replace(role.find("stable"), 6, "STABLE");
  EXPECT_EQ(install(publisher.files, publisher.place, offer, stolen, publisher.now).error().code,
            Code::bad_signature);
}

TEST(Repository, RefusesOffersThatClientsWouldRefuse) {
  Publisher publisher;
  ASSERT_TRUE(publisher.publish("1.0.0").has_value());
  const trust::TrustedSet state = publisher.state();
  const auto offer_of = [&](const std::function<void(Edit&)>& change) {
    Edit edit(state, publisher.now);
    change(edit);
    return *edit.sign(publisher.ring);
  };
  const auto outcome = [&](const Offer& offer) {
    return install(publisher.files, publisher.place, offer, publisher.ring, publisher.now).error();
  };
  const Files before = publisher.served();
  EXPECT_EQ(outcome(offer_of([](Edit& e) {
              ASSERT_TRUE(e.add_version({.model = kModel, .version = version("3.0.0")}, 5, sha256("absent")));
            })).code,
            Code::not_found);
  Offer promoted = offer_of([](Edit& e) { ASSERT_TRUE(e.promote(kModel, "stable", version("1.0.0"))); });
  for (auto& [path, text] : promoted.blobs) text += " ";
  EXPECT_EQ(outcome(promoted).code, Code::bad_length);
  EXPECT_EQ(outcome({.metadata = {{"9.snapshot.json", "{}"}}, .blobs = {}}).code, Code::invalid_argument);
  EXPECT_EQ(outcome({.metadata = {{"../9.defect.json", "{}"}}, .blobs = {}}).code, Code::invalid_argument);
  EXPECT_EQ(outcome({.metadata = {{"2.defect.json", "{}"}}, .blobs = {}}).code, Code::bad_metadata);
  const Offer old = offer_of([](Edit& e) { ASSERT_TRUE(e.extend("defect")); });
  publisher.now += std::chrono::days(400);
  EXPECT_EQ(outcome(old).code, Code::metadata_expired);
  EXPECT_TRUE(publisher.served() == before) << "nothing was written";
}

TEST(Repository, RenewsSnapshotAndTimestampAtHalfOfTheirLife) {
  Publisher publisher;
  ASSERT_TRUE(publisher.publish("1.0.0").has_value());
  KeyRing online;
  online.add(publisher.keys.at("snapshot"));
  online.add(publisher.keys.at("timestamp"));
  const auto version_of_timestamp = [&] { return publisher.state().timestamp()->version; };
  EXPECT_FALSE(*renew(publisher.files, publisher.place, online, publisher.now + std::chrono::hours(11)));
  EXPECT_EQ(version_of_timestamp(), 2);
  publisher.now += std::chrono::hours(13);
  EXPECT_TRUE(*renew(publisher.files, publisher.place, online, publisher.now));
  EXPECT_EQ(version_of_timestamp(), 3);
  EXPECT_FALSE(*renew(publisher.files, publisher.place, online, publisher.now));
  publisher.now += std::chrono::days(30);  // the server was off: all of it has expired
  EXPECT_TRUE(*renew(publisher.files, publisher.place, online, publisher.now));
  Device device = publisher.device();
  EXPECT_TRUE(device.refresh(publisher.served(), kStable, publisher.now).has_value());
}

TEST(Repository, AStandaloneOneHoldsAsLongAsItsTargets) {
  Publisher publisher(Lifetimes::standalone());
  ASSERT_TRUE(publisher.publish("1.0.0", "stable").has_value());
  Device device = publisher.device();
  EXPECT_TRUE(
      device.refresh(publisher.served(), kStable, publisher.now + std::chrono::days(179)).has_value());
  EXPECT_EQ(device.refresh(publisher.served(), kStable, publisher.now + std::chrono::days(181)).error().code,
            Code::metadata_expired);
}

TEST(Repository, ClientsFollowARotationOfEveryRole) {
  Publisher publisher;
  ASSERT_TRUE(publisher.publish("1.0.0", "stable").has_value());
  Device device = publisher.device();
  ASSERT_TRUE(device.refresh(publisher.served(), kStable).has_value());
  for (const char* role : {"timestamp", "snapshot", "targets", "root"}) {
    const trust::PrivateKey next = trust::PrivateKey::generate();
    publisher.ring.add(next);
    const Status rotated = publisher.change([&](Edit& edit) { return edit.rotate(role, next.public_key()); });
    ASSERT_TRUE(rotated.has_value()) << role << ": " << rotated.error().text();
    EXPECT_THAT(publisher.state().root().roles.at(role).keyids, ElementsAre(next.keyid()));
    const auto refresh = device.refresh(publisher.served(), kStable);
    ASSERT_TRUE(refresh.has_value()) << role << ": " << refresh.error().text();
    EXPECT_TRUE(refresh->find(kStable[0]).has_value());
  }
  KeyRing newest;
  for (std::size_t i = 4; i < 8; ++i) newest.add(publisher.ring.keys()[i]);
  publisher.ring = newest;
  EXPECT_TRUE(publisher.publish("1.1.0").has_value()) << "the old keys are needed no more";
  Device newcomer = publisher.device();
  EXPECT_TRUE(newcomer.refresh(publisher.served(), kStable).has_value());
}

/// A crash after any of a publication's writes: clients see the previous state or the next, whole.
TEST(Repository, ACrashAtAnyOperationLeavesThePreviousStateOrTheNext) {
  int cuts = 0, previous = 0;
  for (std::uint64_t seed = 0; seed < 2; ++seed) {
    for (std::uint64_t last = 0;; ++last) {
      Publisher publisher;
      ASSERT_TRUE(publisher.publish("1.0.0", "stable").has_value());
      publisher.files.cut_power_after(last);
      const bool finished = publisher.publish("1.1.0", "stable").has_value();
      publisher.files.restart(seed);
      Device device = publisher.device();
      const auto refresh = device.refresh(publisher.served(), kStable);
      ASSERT_TRUE(refresh.has_value()) << "operation " << last << ": " << refresh.error().text();
      const auto versions = offered(*refresh);
      ASSERT_TRUE(versions.size() == 1 || versions.size() == 2);
      for (const TargetInfo& target : refresh->targets("")) {
        const auto bytes =
            fs::read_file(publisher.files, target_path(publisher.place, target.file_path()), 1000);
        ASSERT_TRUE(bytes.has_value()) << "operation " << last << ": " << bytes.error().text();
        ASSERT_TRUE(trust::check_hashes(*bytes, target.length, target.hashes).has_value()) << target.path;
      }
      if (finished) {
        ASSERT_EQ(versions.size(), 2u);
        break;
      }
      ++cuts;
      previous += versions.size() == 1 ? 1 : 0;
      const Status again = publisher.publish("1.1.0", "stable");
      ASSERT_TRUE(again.has_value() || again.error().code == Code::already_exists) << again.error().text();
      ASSERT_EQ(device.refresh(publisher.served(), kStable)->versions(kModel).size(), 2u);
    }
  }
  EXPECT_GT(cuts, 40);
  EXPECT_GT(previous, 20);
}

TEST(Repository, AModelCannotTakeARolesName) {
  Publisher publisher;
  EXPECT_EQ(publisher
                .change([](Edit& edit) -> Status {
                  DROVER_TRY(edit.add_version(
                      {.model = *ModelName::parse("snapshot"), .version = version("1.0.0")}, 1, sha256("x")));
                  return {};
                })
                .error()
                .code,
            Code::invalid_argument);
}

TEST(Workspace, KeysComeBackFromDiskAndOfflineOnesAreEncrypted) {
  fs::SimFileSystem files;
  ASSERT_TRUE(files.make_directory("/w").has_value());
  const KeyDirectory where{"/w/keys"};
  const auto keys = make_keys(files, where);
  ASSERT_TRUE(keys.has_value());
  EXPECT_EQ(make_keys(files, where).error().code, Code::already_exists);
  EXPECT_EQ(offline_keys(files, where)->keys().size(), 2u);
  EXPECT_EQ(online_keys(files, where)->keys().size(), 2u);
  EXPECT_THAT(as_text(*fs::read_file(files, where.file("root"), 10'000)), HasSubstr("ENCRYPTED PRIVATE KEY"));
  ASSERT_TRUE(replace_key(files, where, "root", trust::PrivateKey::generate()).has_value());
  EXPECT_EQ(offline_keys(files, where)->keys().size(), 3u)
      << "the old one is kept until the rotation is through";
  ASSERT_TRUE(fs::write_atomically(files, where.passphrase(), as_bytes("wrong\n")).has_value());
  EXPECT_EQ(offline_keys(files, where).error().code, Code::bad_key);
}

}  // namespace
}  // namespace drover::repo
