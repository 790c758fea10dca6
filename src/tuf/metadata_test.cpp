// What the program refuses and what it follows, on metadata spoilt in one place.
#include "tuf/tuf_testing.h"
#include "tuf/verbs.h"

namespace drover::tuf {
namespace {

using testing::ElementsAre;
using trust::Forge;
using trust::test_time;

constexpr std::string_view kPast = "2026-05-01T00:00:00Z";

class Spoilt : public Tuf {
 protected:
  void serve() { server.metadata = forge.files; }
  /// A first, good refresh.
  void begin() {
    ASSERT_EQ(init(forge.at("1.root.json")), 0) << said;
    serve();
    ASSERT_EQ(refresh(), 0) << said;
    server.requests();
  }
  [[nodiscard]] std::int64_t version(const std::string& role) const {
    return nlohmann::json::parse(read("trust/" + role + ".json"))["signed"]["version"];
  }
  /// root, timestamp, snapshot, targets as they are trusted.
  [[nodiscard]] std::vector<std::int64_t> versions() const {
    return {version("root"), version("timestamp"), version("snapshot"), version("targets")};
  }

  Forge forge;
};

TEST_F(Spoilt, AnExpiredRoleEndsTheRefreshWhereItStands) {
  const struct {
    std::function<void(Forge&)> spoil;
    std::vector<std::int64_t> trusted;
  } rows[] = {
      {[](Forge& f) { f.rotate_root([&] { f.root.expires = test_time(kPast); }); }, {2, 1, 1, 1}},
      {[](Forge& f) { f.timestamp.expires = test_time(kPast), f.publish_next(); }, {1, 1, 1, 1}},
      {[](Forge& f) { f.snapshot.expires = test_time(kPast), f.publish_next(); }, {1, 2, 1, 1}},
      {[](Forge& f) { f.roles["targets"].expires = test_time(kPast), f.publish_next(); }, {1, 2, 2, 1}}};
  for (const auto& row : rows) {
    forge = Forge();
    std::filesystem::remove_all(file("trust"));
    begin();
    row.spoil(forge);
    serve();
    EXPECT_EQ(refresh(), 1);
    EXPECT_THAT(said, testing::HasSubstr("expired at 2026-05-01T00:00:00Z"));
    EXPECT_EQ(versions(), row.trusted) << said;
  }
}

TEST_F(Spoilt, WhatExpiredHereIsNoObstacleToWhatIsServed) {
  begin();
  EXPECT_EQ(refresh("2026-08-01T00:00:00Z"), 1);
  const UnixTime later = test_time("2026-09-01T00:00:00Z");
  forge.rotate_root([&] { forge.root.expires = later; });
  forge.timestamp.expires = forge.snapshot.expires = forge.roles["targets"].expires = later;
  forge.publish_next();
  serve();
  EXPECT_EQ(refresh("2026-08-01T00:00:00Z"), 0) << said;
  EXPECT_THAT(versions(), ElementsAre(2, 2, 2, 2));
}

TEST_F(Spoilt, NoRoleGoesBack) {
  forge.publish_next();
  begin();
  const Files good = forge.files;
  const std::function<void()> rollbacks[] = {
      [&] { forge.timestamp.version = 1; }, [&] { forge.timestamp.version = 3, forge.snapshot.version = 1; },
      [&] { forge.timestamp.version = forge.snapshot.version = 3, forge.roles["targets"].version = 1; }};
  for (const auto& roll_back : rollbacks) {
    roll_back();
    forge.publish();
    serve();
    EXPECT_EQ(refresh(), 1);
    EXPECT_THAT(said, testing::HasSubstr("[metadata_rollback]"));
    EXPECT_EQ(version("snapshot"), 2);
    EXPECT_EQ(version("targets"), 2);
  }
  EXPECT_EQ(read("trust/snapshot.json"), good.at("2.snapshot.json"));
}

TEST_F(Spoilt, ARoleThatItsKeyDidNotSignIsRefused) {
  for (const char* role : {"root", "timestamp", "snapshot", "targets"}) {
    forge = Forge();
    std::filesystem::remove_all(file("trust"));
    begin();
    forge.rotate_root([] {});
    forge.keys.insert_or_assign(role, Forge::spare_key("a thief's"));
    forge.publish_next();
    if (role == std::string("root")) forge.write_root();
    serve();
    EXPECT_EQ(refresh(), 1) << role;
    EXPECT_THAT(said, testing::HasSubstr("[bad_signature]")) << role;
    EXPECT_EQ(version(role), 1) << role;
  }
}

TEST_F(Spoilt, EveryRolesKeyMayBeRotated) {
  begin();
  for (const std::string role : {"root", "timestamp", "snapshot", "targets"}) {
    forge.rotate_root([&] { forge.give_key(role, "next " + role); });
    forge.publish_next();
    serve();
    EXPECT_EQ(refresh(), 0) << role << ": " << said;
  }
  EXPECT_THAT(versions(), ElementsAre(5, 5, 5, 5));
  EXPECT_EQ(read("trust/root.json"), forge.at("5.root.json"));
}

TEST_F(Spoilt, ARotatedKeyRecoversFromVersionsThatWereRunUp) {
  forge.timestamp.version = forge.snapshot.version = 1'000'000;
  forge.publish();
  begin();
  forge.rotate_root([&] { forge.give_key("timestamp", "new t"), forge.give_key("snapshot", "new s"); });
  forge.timestamp.version = forge.snapshot.version = 2;
  forge.publish();
  serve();
  EXPECT_EQ(refresh(), 0) << said;
  EXPECT_THAT(versions(), ElementsAre(2, 2, 2, 1));
}

/// Tells how often it was asked.
class CountingClock : public ManualClock {
 public:
  using ManualClock::ManualClock;
  [[nodiscard]] UnixTime now() const override { return ++asked, ManualClock::now(); }
  mutable int asked = 0;
};

TEST_F(Spoilt, TheClockIsReadOnceARefresh) {
  ASSERT_EQ(init(forge.at("1.root.json")), 0) << said;
  serve();
  CountingClock clock(test_time());
  const auto http = net::make_curl_client({});
  const Arguments arguments{
      .metadata_dir = file("trust"), .metadata_url = server.url("metadata"), .verb = "refresh"};
  ASSERT_TRUE(tuf::run(arguments, {fs::real_file_system(), *http, clock}));
  EXPECT_EQ(clock.asked, 1);
}

}  // namespace
}  // namespace drover::tuf
