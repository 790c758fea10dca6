// A compromised server: the thief has its disk, with all metadata ever served, the database and every online
// key. He has none of the offline keys. Devices read what he serves.
#include <gtest/gtest.h>

#include <thread>

#include "base/clock.h"
#include "device_clock.h"
#include "fake_app.h"
#include "fleet.h"
#include "repo/repository.h"
#include "repo/repository_files.h"
#include "repo/workspace.h"

namespace drover::e2e {
namespace {

using std::chrono::days;

/// What he can do with what he stole.
class Thief {
 public:
  explicit Thief(const Workspace& workspace)
      : repository_(workspace.repository()),
        keys_(repo::online_keys(files_, {workspace.directory() / "keys"}).value()) {}

  /// Serves a role's file as its version `version`, signed by `by`, through a snapshot and a timestamp that
  /// the stolen keys sign and that hold for ten years.
  void serve(const std::string& role, std::int64_t version, const std::optional<std::string>& text = {}) {
    const trust::TrustedSet state = repo::load_repository(files_, repository_).value();
    if (text) write(repo::versioned_name(role, version), *text);
    const std::string served = read_file(repository_ / "metadata" / repo::versioned_name(role, version));
    trust::Snapshot snapshot = *state.snapshot();
    snapshot.meta[role + ".json"] = meta(version, served);
    publish(std::move(snapshot), *state.timestamp(), state.root());
  }
  /// The same metadata, as fresh as ever.
  void freshen() {
    const trust::TrustedSet state = repo::load_repository(files_, repository_).value();
    publish(*state.snapshot(), *state.timestamp(), state.root());
  }

 private:
  static trust::MetaFile meta(std::int64_t version, const std::string& text) {
    return {.version = version, .length = text.size(), .hashes = trust::hashes_of(as_bytes(text))};
  }
  void write(const std::string& name, const std::string& text) {
    write_file(repository_ / "metadata" / name, text);
  }
  std::string signed_with_stolen(const auto& role, const char* name, const trust::Root& root) {
    trust::Envelope envelope{.body = trust::to_json(role)};
    EXPECT_TRUE(keys_.sign_fully(envelope, root.keys, root.roles.at(name), name));
    return trust::to_text(envelope);
  }
  void publish(trust::Snapshot snapshot, trust::Timestamp timestamp, const trust::Root& root) {
    snapshot.expires = timestamp.expires = system_clock().now() + days(3650);
    const std::string text = signed_with_stolen((++snapshot.version, snapshot), "snapshot", root);
    write(repo::versioned_name("snapshot", snapshot.version), text);
    timestamp.snapshot = meta(snapshot.version, text);
    write("timestamp.json", signed_with_stolen((++timestamp.version, timestamp), "timestamp", root));
  }

  fs::FileSystem& files_ = fs::real_file_system();
  Path repository_;
  repo::KeyRing keys_;
};

class CompromisedServer : public testing::Test {
 protected:
  void SetUp() override {
    device_.start(clock_.environment());
    for (const char* version : {"1.0.0", "1.1.0"}) {
      workspace_.publish({.version = version});
      device_.wait_committed(version);
    }
  }
  [[nodiscard]] trust::TrustedSet state() const {
    return repo::load_repository(fs::real_file_system(), workspace_.repository()).value();
  }
  [[nodiscard]] std::int64_t role_version() const { return state().targets("kws")->version; }
  [[nodiscard]] std::string error_of(const char* of) const {
    const json status = device_.ask({"status"});
    const json& object = std::string_view(of) == "agent" ? status.at("agent") : device_.model();
    const auto found = object.find("error");
    return found != object.end() && found->is_object() ? text(*found, "code") : "";
  }
  void wait_for_error(const std::string& code) {
    wait_until(
        "the device tells " + code, [&] { return error_of("agent") == code || error_of("model") == code; },
        &device_.agent());
    expect_still_runs("1.1.0");
  }
  void expect_still_runs(const std::string& version) {
    EXPECT_EQ(device_.model()["version"], version);
    device_.expect_sound(version);
    FakeApp(device_.directory()).infer(1, ring::Outcome::ok);
  }
  void drover(Words words) {
    words.insert(words.begin(), program("drover"));
    words.insert(words.end(), {"--workspace", workspace_.directory().string()});
    must(words);
  }
  /// Until the device has this version of the model's role.
  void wait_seen(std::int64_t version) {
    wait_until(
        "the device has seen the newest metadata",
        [&] {
          const Path file = device_.directory() / "state/trust/kws.json";
          return json::parse(read_file(file)).at("signed").at("version") == version;
        },
        &device_.agent());
  }

  Scratch scratch_;
  Workspace workspace_{scratch_.path() / "workspace"};
  DeviceClock clock_{scratch_.path() / "clock"};
  Device device_{scratch_.path() / "device", workspace_};
};

TEST_F(CompromisedServer, RunsNothingThatTheOfflineKeyDidNotSign) {
  Workspace stranger(scratch_.path() / "stranger");
  stranger.publish({.version = "9.9.9"});
  const trust::TrustedSet own = repo::load_repository(fs::real_file_system(), stranger.repository()).value();
  const auto own_keys = repo::offline_keys(fs::real_file_system(), {stranger.directory() / "keys"}).value();
  trust::Targets role = *own.targets("kws");
  role.version = role_version() + 1;
  std::filesystem::copy(
      stranger.repository() / "targets", workspace_.repository() / "targets",
      std::filesystem::copy_options::recursive | std::filesystem::copy_options::skip_existing);
  Thief(workspace_).serve("kws", role.version, trust::sign(role, own_keys.keys()).value());
  wait_for_error("bad_signature");
  EXPECT_NE(device_.model().dump().find("1.1.0"), std::string::npos);
  EXPECT_FALSE(std::filesystem::exists(device_.directory() / "state/models/kws/staging/9.9.9"));
}

TEST_F(CompromisedServer, BringsNoWithdrawnVersionBackToADeviceThatSawItWithdrawn) {
  const std::int64_t with_first = role_version();
  drover({"model", "promote", "kws", "1.0.0", "--channel", "stable"});
  const std::int64_t pointing_back = role_version();
  drover({"model", "promote", "kws", "1.1.0", "--channel", "stable"});
  drover({"model", "yank", "kws", "1.0.0", "--reason", "wrong labels"});
  wait_seen(role_version());
  ASSERT_LT(with_first, pointing_back);
  Thief(workspace_).serve("kws", pointing_back);
  wait_for_error("metadata_rollback");
  device_.kill9();
  device_.start(clock_.environment());
  wait_for_error("metadata_rollback");
}

TEST_F(CompromisedServer, HidesAnUpdateNoLongerThanTheTargetsMetadataLive) {
  const Path genuine = workspace_.repository() / "metadata", hidden = scratch_.path() / "hidden";
  device_.stop();  // so that it does not look before the thief has hidden the update
  std::filesystem::copy(genuine, hidden);
  workspace_.publish_file(workspace_.pack({.version = "1.2.0"}));
  std::filesystem::remove_all(genuine);
  std::filesystem::copy(hidden, genuine);
  Thief(workspace_).freshen();
  const UnixTime now = system_clock().now();
  clock_.set(now + days(170));
  device_.start(clock_.environment());
  std::this_thread::sleep_for(std::chrono::seconds(2));
  EXPECT_EQ(error_of("agent"), "") << "within their life nobody can tell";
  expect_still_runs("1.1.0");
  clock_.set(now + days(181));
  wait_for_error("metadata_expired");
}

}  // namespace
}  // namespace drover::e2e
