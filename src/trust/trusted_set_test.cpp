#include "trust/trusted_set.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "trust/forge.h"

namespace drover::trust {
namespace {

TrustedSet begin(const Forge& forge, UnixTime now = test_time()) {
  return *TrustedSet::begin(as_bytes(forge.at("1.root.json")), now);
}

/// What a client that stored `stored` does with the repository `offered`.
Status refresh(TrustedSet& set, const Forge& stored, const Forge& offered) {
  for (std::int64_t version = 2; offered.files.contains(Forge::file(version, "root")); ++version)
    DROVER_TRY(set.update_root(as_bytes(offered.at(Forge::file(version, "root")))));
  static_cast<void>(set.update_timestamp(as_bytes(stored.at("timestamp.json"))));
  DROVER_TRY(set.update_timestamp(as_bytes(offered.at("timestamp.json"))));
  const std::string old = Forge::file(stored.snapshot.version, "snapshot");
  if (!set.update_snapshot(as_bytes(stored.at(old)), true))
    DROVER_TRY(set.update_snapshot(
        as_bytes(offered.at(Forge::file(set.timestamp()->snapshot.version, "snapshot")))));
  const auto version = set.meta("targets") == nullptr ? 1 : set.meta("targets")->version;
  DROVER_TRY(set.update_targets(as_bytes(offered.at(Forge::file(version, "targets")))));
  return set.update_delegated(as_bytes(offered.at(Forge::file(set.meta("defect")->version, "defect"))),
                              "defect", "targets");
}

/// A repository whose every role is at version 2.
Forge seen() {
  Forge forge;
  forge.delegate("defect", {"models/defect/*/*"});
  forge.publish_next();
  return forge;
}

void expire(Common& role) { role.expires = test_time("2026-05-31T23:59:59Z"); }

/// The timestamp role's own key under a second keyid, and a threshold of two.
void put_one_key_under_two_ids(Forge& f) {
  f.rotate_root([&] {
    f.root.keys["alias"] = f.keys.at("timestamp").public_key();
    f.root.roles["timestamp"] = {.keyids = {f.keys.at("timestamp").keyid(), "alias"}, .threshold = 2};
  });
  Envelope envelope{.body = to_json(f.timestamp), .signatures = {}};
  (void)sign(envelope, f.keys.at("timestamp"));
  envelope.signatures.push_back({.keyid = "alias", .sig = envelope.signatures[0].sig});
  f.files["timestamp.json"] = to_text(envelope);
}

void double_the_signature(Forge& f) {
  Envelope envelope{.body = to_json(f.timestamp), .signatures = {}};
  (void)sign(envelope, f.keys.at("timestamp"));
  envelope.signatures.push_back(envelope.signatures[0]);
  f.files["timestamp.json"] = to_text(envelope);
}

void sign_body(Forge& f, const std::string& role, nlohmann::json body) {
  Envelope envelope{.body = std::move(body), .signatures = {}};
  (void)sign(envelope, f.keys.at(role));
  f.files["timestamp.json"] = to_text(envelope);
}

struct Attack {
  const char* name;
  std::function<void(Forge&)> spoil;  // of version 3, when the client has seen 2
  Code refused_with;
};

const Attack kAttacks[] = {
    {"rollback of the timestamp", [](Forge& f) { f.timestamp.version = 1, f.write_timestamp(); },
     Code::metadata_rollback},
    {"rollback of the snapshot",
     [](Forge& f) { f.snapshot.version = 1, f.write_snapshot(), f.write_timestamp(); },
     Code::metadata_rollback},
    {"rollback of targets", [](Forge& f) { f.roles["targets"].version = 1, f.publish(); },
     Code::metadata_rollback},
    {"rollback of a delegated role", [](Forge& f) { f.roles["defect"].version = 1, f.publish(); },
     Code::metadata_rollback},
    {"a role that disappears",
     [](Forge& f) { f.snapshot.meta.erase("defect.json"), f.write_snapshot(), f.write_timestamp(); },
     Code::metadata_rollback},
    {"rollback of root", [](Forge& f) { f.files["2.root.json"] = f.at("1.root.json"); },
     Code::metadata_rollback},
    {"a root that skips a version",
     [](Forge& f) { f.root.version = 3, f.files["2.root.json"] = f.signed_by(f.root, "root"); },
     Code::metadata_mismatch},
    {"a root that only its own keys sign",
     [](Forge& f) { f.give_key("root", "thief"), f.root.version = 2, f.write_root(); }, Code::bad_signature},
    {"a root that only the old keys sign",
     [](Forge& f) {
       const auto old = f.keys.at("root");
       f.give_key("root", "heir");
       f.root.version = 2;
       f.files["2.root.json"] = *sign(f.root, std::vector<PrivateKey>{old});
     },
     Code::bad_signature},
    {"freeze: root expired", [](Forge& f) { f.rotate_root([&] { expire(f.root); }); },
     Code::metadata_expired},
    {"freeze: timestamp expired", [](Forge& f) { expire(f.timestamp), f.write_timestamp(); },
     Code::metadata_expired},
    {"freeze: snapshot expired", [](Forge& f) { expire(f.snapshot), f.publish(); }, Code::metadata_expired},
    {"freeze: targets expired", [](Forge& f) { expire(f.roles["targets"]), f.publish(); },
     Code::metadata_expired},
    {"freeze: delegated role expired", [](Forge& f) { expire(f.roles["defect"]), f.publish(); },
     Code::metadata_expired},
    {"mix and match: another snapshot, hashes named",
     [](Forge& f) { f.lengths = false, f.publish(), f.files["3.snapshot.json"] = f.at("2.snapshot.json"); },
     Code::bad_digest},
    {"mix and match: another snapshot, no hashes",
     [](Forge& f) { f.hashes = false, f.publish(), f.files["3.snapshot.json"] = f.at("2.snapshot.json"); },
     Code::metadata_mismatch},
    {"mix and match: other targets, hashes named",
     [](Forge& f) { f.lengths = false, f.publish(), f.files["3.targets.json"] = f.at("2.targets.json"); },
     Code::bad_digest},
    {"mix and match: other targets, no hashes",
     [](Forge& f) { f.hashes = false, f.publish(), f.files["3.targets.json"] = f.at("2.targets.json"); },
     Code::metadata_mismatch},
    {"mix and match: another delegated role",
     [](Forge& f) { f.hashes = false, f.publish(), f.files["3.defect.json"] = f.at("2.defect.json"); },
     Code::metadata_mismatch},
    {"wrong length", [](Forge& f) { f.files["3.targets.json"] += " "; }, Code::bad_length},
    {"wrong hash", [](Forge& f) { f.files["3.targets.json"].back() = ' '; }, Code::bad_digest},
    {"threshold 0", [](Forge& f) { f.rotate_root([&] { f.root.roles["timestamp"].threshold = 0; }); },
     Code::bad_metadata},
    {"one key under two keyids", put_one_key_under_two_ids, Code::bad_signature},
    {"a keyid twice in signatures", double_the_signature, Code::bad_metadata},
    {"a keyid twice in a role",
     [](Forge& f) {
       f.rotate_root([&] {
         auto& ids = f.root.roles["timestamp"].keyids;
         ids.push_back(ids[0]);
       });
     },
     Code::bad_metadata},
    {"a key of another role",
     [](Forge& f) { f.files["timestamp.json"] = f.signed_by(f.timestamp, "snapshot"); }, Code::bad_signature},
    {"a delegated role signed by its delegator",
     [](Forge& f) { f.keys.insert_or_assign("defect", f.keys.at("targets")), f.publish(); },
     Code::bad_signature},
    {"another role's file in its place",
     [](Forge& f) { f.files["timestamp.json"] = f.signed_by(f.snapshot, "timestamp"); }, Code::bad_metadata},
    {"another major version of the specification",
     [](Forge& f) { f.timestamp.spec_version = "2.0.0", f.write_timestamp(); }, Code::bad_metadata},
    {"endless data", [](Forge& f) { f.files["timestamp.json"].insert(1, 20'000, ' '); }, Code::too_large},
    {"endless nesting", [](Forge& f) { f.files["timestamp.json"] = std::string(16'000, '['); },
     Code::bad_metadata},
    {"a floating-point version",
     [](Forge& f) {
       auto body = to_json(f.timestamp);
       f.files["timestamp.json"] = nlohmann::json{
           {"signed", (body["version"] = 3.5, body)},
           {"signatures",
            nlohmann::json::array()}}.dump();
     },
     Code::bad_metadata},
    {"a snapshot without a version",
     [](Forge& f) {
       auto body = to_json(f.timestamp);
       body["meta"]["snapshot.json"].erase("version");
       sign_body(f, "timestamp", body);
     },
     Code::bad_metadata},
    {"a date in another form",
     [](Forge& f) {
       auto body = to_json(f.timestamp);
       body["expires"] = "2026-07-01T00:00:00+02:00";
       sign_body(f, "timestamp", body);
     },
     Code::bad_metadata},
    {"a member that stands twice", [](Forge& f) { f.files["timestamp.json"].insert(1, "\"signed\":{},"); },
     Code::bad_metadata},
    {"a delegated role called root",
     [](Forge& f) {
       f.roles["targets"].delegations->roles[0].name = "root";
       f.publish();
     },
     Code::bad_metadata},
    {"a role delegated twice",
     [](Forge& f) {
       auto& roles = f.roles["targets"].delegations->roles;
       roles.push_back(roles[0]);
       f.publish();
     },
     Code::bad_metadata},
};

class Attacks : public testing::TestWithParam<Attack> {};

TEST_P(Attacks, IsRefused) {
  const Forge stored = seen();
  Forge offered = stored;
  offered.publish_next();
  TrustedSet untouched = begin(stored);
  ASSERT_TRUE(refresh(untouched, stored, offered).has_value()) << "the attack's ground state must hold";

  GetParam().spoil(offered);
  TrustedSet set = begin(stored);
  const Status outcome = refresh(set, stored, offered);
  ASSERT_FALSE(outcome.has_value());
  EXPECT_EQ(name(outcome.error().code), name(GetParam().refused_with)) << outcome.error().text();
  EXPECT_GT(outcome.error().text().size(), 10u);
}

INSTANTIATE_TEST_SUITE_P(Trust, Attacks, testing::ValuesIn(kAttacks), [](const auto& info) {
  std::string text = info.param.name;
  for (char& c : text)
    if (std::isalnum(static_cast<unsigned char>(c)) == 0) c = '_';
  return text;
});

TEST(TrustedSet, FollowsAChainOfRootsThroughExpiredOnesAndRotatesEveryRole) {
  Forge forge = seen();
  const Forge stored = forge;
  for (const char* role : {"timestamp", "snapshot", "targets", "root"})
    forge.rotate_root([&] { forge.give_key(role, std::string("new ") + role), expire(forge.root); });
  forge.rotate_root([&] { forge.root.expires = test_time("2027-01-01T00:00:00Z"); });
  forge.publish_next();
  TrustedSet set = begin(stored);
  const Status outcome = refresh(set, stored, forge);
  EXPECT_TRUE(outcome.has_value()) << outcome.error().text();
  EXPECT_EQ(set.root().version, 6);
}

TEST(TrustedSet, AnInvalidSignatureBesideEnoughValidOnesIsTolerated) {
  Forge forge;
  forge.rotate_root([&] {
    forge.root.keys["odd"] = make_key("odd", "odd", "odd");
    forge.root.roles["timestamp"].keyids.push_back("odd");
  });
  Envelope envelope{.body = to_json(forge.timestamp), .signatures = {{.keyid = "odd", .sig = "zz"}}};
  (void)sign(envelope, forge.keys.at("timestamp"));
  envelope.signatures.push_back({.keyid = "stranger", .sig = "00"});
  TrustedSet set = begin(forge);
  ASSERT_TRUE(set.update_root(as_bytes(forge.at("2.root.json"))).has_value());
  EXPECT_TRUE(set.update_timestamp(as_bytes(to_text(envelope))).has_value());
}

TEST(Metadata, AFractionOfASecondLetsNothingLiveLonger) {
  nlohmann::json body = to_json(Forge().timestamp);
  const auto expires = [&](const char* date) -> Result<UnixTime> {
    body["expires"] = date;
    return DROVER_TRY(read_signed<Timestamp>(body)).expires;
  };
  EXPECT_EQ(expires("2026-07-01T00:00:00.999Z").value(), test_time("2026-07-01T00:00:00Z"));
  for (const char* date : {"2026-07-01T00:00:00.Z", "2026-07-01T00:00:00.1", "2026-07-01T00:00:00.1x2Z",
                           "2026-07-01T00:00:00.1234567890Z", ".5Z"})
    EXPECT_FALSE(expires(date)) << date;
}

TEST(TrustedSet, AnExpiredStoredTimestampIsStillTheFloor) {
  Forge forge = seen();
  TrustedSet set = begin(forge, test_time());
  expire(forge.timestamp);
  EXPECT_EQ(set.update_timestamp(as_bytes(forge.signed_by(forge.timestamp, "timestamp"))).error().code,
            Code::metadata_expired);
  forge.timestamp.version = 1;
  EXPECT_EQ(set.update_timestamp(as_bytes(forge.signed_by(forge.timestamp, "timestamp"))).error().code,
            Code::metadata_rollback);
}

TEST(TrustedSet, AnotherOrderIsRefused) {
  const Forge forge = seen();
  TrustedSet set = begin(forge);
  EXPECT_EQ(set.update_snapshot(as_bytes(forge.at("2.snapshot.json"))).error().code, Code::internal);
  EXPECT_EQ(set.update_targets(as_bytes(forge.at("2.targets.json"))).error().code, Code::internal);
  ASSERT_TRUE(set.update_timestamp(as_bytes(forge.at("timestamp.json"))).has_value());
  EXPECT_EQ(set.update_root(as_bytes(forge.at("1.root.json"))).error().code, Code::internal);
  ASSERT_TRUE(set.update_snapshot(as_bytes(forge.at("2.snapshot.json"))).has_value());
  EXPECT_EQ(set.update_timestamp(as_bytes(forge.at("timestamp.json"))).error().code, Code::internal);
  EXPECT_EQ(set.update_delegated(as_bytes(forge.at("2.defect.json")), "defect", "targets").error().code,
            Code::internal);
  ASSERT_TRUE(set.update_targets(as_bytes(forge.at("2.targets.json"))).has_value());
  EXPECT_EQ(set.update_snapshot(as_bytes(forge.at("2.snapshot.json"))).error().code, Code::internal);
  EXPECT_EQ(set.update_delegated(as_bytes(forge.at("2.defect.json")), "other", "targets").error().code,
            Code::bad_metadata);
}

TEST(TrustedSet, TellsTheNewestIssuedOfWhatOfflineKeysSigned) {
  Forge forge = seen();
  set_issued(forge.roles["targets"], test_time("2026-05-01T00:00:00Z"));
  set_issued(forge.roles["defect"], test_time("2026-05-02T00:00:00Z"));
  set_issued(forge.timestamp, test_time("2026-05-31T00:00:00Z"));  // signed online: believed for nothing
  forge.publish_next();
  TrustedSet set = begin(forge);
  ASSERT_TRUE(refresh(set, forge, forge).has_value());
  EXPECT_EQ(format_time(*set.newest_issued()), "2026-05-02T00:00:00Z");
}

TEST(Metadata, KeepsWhatItDoesNotKnowInEveryPlace) {
  Forge forge = seen();
  nlohmann::json body = to_json(forge.roles["targets"]);
  body["x-new"] = {{"a", 1}};
  body["delegations"]["x-new"] = true;
  body["delegations"]["roles"][0]["x-new"] = "y";
  body["targets"]["t"] = {
      {"length", 1}, {"hashes", {{"sha256", "00"}, {"blake9", "11"}}}, {"x-new", 2}, {"custom", "c"}};
  EXPECT_EQ(to_json(*read_signed<Targets>(body)), body);
  body = to_json(forge.root);
  body["x-new"] = 1;
  body["roles"]["root"]["x-new"] = 2;
  body["roles"]["mirrors"] = {{"keyids", nlohmann::json::array()}, {"threshold", 1}};
  body["keys"].begin().value()["x-new"] = 3;
  EXPECT_EQ(to_json(*read_signed<Root>(body)), body);
  body = to_json(forge.timestamp);
  body["meta"]["snapshot.json"]["x-new"] = 1;
  EXPECT_EQ(to_json(*read_signed<Timestamp>(body)), body);
  Envelope envelope{.body = body,
                    .signatures = {{.keyid = "a", .sig = "00", .unknown = {{"x-new", 1}}}},
                    .unknown = {{"x-new", 2}}};
  EXPECT_EQ(to_text(*parse_envelope(as_bytes(to_text(envelope)), 100'000)), to_text(envelope));
}

std::string golden(const std::string& file) {
  std::ifstream in(DROVER_SOURCE_DIR "/tests/data/tuf/python_tuf/" + file);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

TEST(TrustedSet, ReadsARepositoryThatPythonTufMade) {
  auto set = TrustedSet::begin(as_bytes(golden("1.root.json")), test_time("2029-12-31T23:59:59Z"));
  ASSERT_TRUE(set.has_value()) << set.error().text();
  ASSERT_TRUE(set->update_timestamp(as_bytes(golden("timestamp.json"))).has_value());
  ASSERT_TRUE(set->update_snapshot(as_bytes(golden("1.snapshot.json"))).has_value());
  ASSERT_TRUE(set->update_targets(as_bytes(golden("1.targets.json"))).has_value());
  ASSERT_TRUE(set->update_delegated(as_bytes(golden("1.team%2Fa.json")), "team/a", "targets").has_value());
  const TargetFile& file = set->targets("team/a")->targets.at("a/x.txt");
  EXPECT_TRUE(check_hashes(as_bytes("hello"), file.length, file.hashes).has_value());
  EXPECT_EQ(check_hashes(as_bytes("hallo"), file.length, file.hashes).error().code, Code::bad_digest);
  EXPECT_EQ(file.custom["note"], "grüße");
}

}  // namespace
}  // namespace drover::trust
