#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include <nlohmann/json.hpp>

#include "base/process.h"
#include "bundle/sample_bundle.h"

namespace drover::cli {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;

/// A repository without a server in a directory of its own, driven by the real program.
struct PublishTest : testing::Test {
  std::filesystem::path directory = std::filesystem::path(testing::TempDir()) /
                                    ("drover-" + std::to_string(::getpid()) + "-" +
                                     testing::UnitTest::GetInstance()->current_test_info()->name());
  std::string workspace = (directory / "w").string();

  void SetUp() override {
    std::filesystem::remove_all(directory);
    std::filesystem::create_directories(directory);
    ASSERT_EQ(drover({"init", workspace, "--repository-only"}).exit_code, 0);
  }
  void TearDown() override { std::filesystem::remove_all(directory); }

  static ProcessResult drover(std::vector<std::string> arguments) {
    Command command{.argv = {DROVER_BIN_DIR "/drover"}};
    command.argv.insert(command.argv.end(), arguments.begin(), arguments.end());
    Result<ProcessResult> result = run_process(command);
    EXPECT_TRUE(result.has_value()) << result.error().text();
    return *std::move(result);
  }
  ProcessResult at_workspace(std::vector<std::string> arguments) const {
    arguments.insert(arguments.end(), {"--workspace", workspace, "--json"});
    return drover(std::move(arguments));
  }
  [[nodiscard]] std::string bundle_of(const std::string& version, const std::string& variant = "") const {
    bundle::Manifest manifest = bundle::sample_manifest();
    manifest.version = *Version::parse(version);
    manifest.variant = variant;
    const Bytes bytes = bundle::sample_bundle(manifest);
    const std::string path = (directory / (version + variant + ".drover")).string();
    std::ofstream(path, std::ios::binary) << as_text(bytes);
    return path;
  }
};

TEST_F(PublishTest, InitKeepsKeysFromOthersAndRefusesToRunTwice) {
  using std::filesystem::perms;
  for (const char* file : {"offline/root.key", "offline/targets.key", "offline/passphrase",
                           "online/snapshot.key", "online/timestamp.key"})
    EXPECT_EQ(std::filesystem::status(workspace + "/keys/" + file).permissions(),
              perms::owner_read | perms::owner_write)
        << file;
  const ProcessResult again = drover({"init", workspace, "--repository-only", "--json"});
  EXPECT_EQ(again.exit_code, 1);
  EXPECT_EQ(json::parse(again.out)["error"]["code"], "already_exists");
}

TEST_F(PublishTest, AVersionIsPublishedListedPromotedAndWithdrawn) {
  const ProcessResult first = at_workspace({"model", "publish", bundle_of("1.0.0"), "--channel", "stable"});
  ASSERT_EQ(first.exit_code, 0) << first.err;
  EXPECT_THAT(first.err, testing::IsEmpty()) << "no progress in a pipe";
  const json published = json::parse(first.out)["published"][0];
  EXPECT_EQ(published["path"], "models/defect/1.0.0/defect-1.0.0.drover");
  EXPECT_TRUE(std::filesystem::exists(workspace + "/repository/targets/models/defect/1.0.0/" +
                                      published["digest"].get<std::string>() + ".defect-1.0.0.drover"));

  ASSERT_EQ(at_workspace({"model", "publish", bundle_of("1.1.0"), bundle_of("1.1.0", "arm")}).exit_code, 0);
  ASSERT_EQ(at_workspace({"model", "promote", "defect", "1.1.0"}).exit_code, 0);
  const json listed = json::parse(at_workspace({"model", "list"}).out)["models"][0];
  EXPECT_EQ(listed["channels"]["stable"], "1.1.0");
  EXPECT_EQ(listed["versions"][1]["variants"].size(), 2u);
  EXPECT_EQ(listed["versions"][1]["variants"][1]["requires"]["arch"], "x86_64");

  const ProcessResult yanked = at_workspace({"model", "yank", "defect", "1.1.0", "--reason", "bad lamp"});
  ASSERT_EQ(yanked.exit_code, 0) << yanked.err;
  EXPECT_EQ(json::parse(yanked.out)["channels_emptied"], json{"stable"});
  const ProcessResult shown = at_workspace({"model", "show", "defect", "1.1.0"});
  EXPECT_EQ(json::parse(shown.out)["error"]["code"], "yanked");
  EXPECT_THAT(shown.err, HasSubstr("bad lamp"));
  EXPECT_EQ(json::parse(at_workspace({"model", "publish", bundle_of("1.1.0")}).out)["error"]["code"],
            "yanked");
  EXPECT_EQ(json::parse(at_workspace({"model", "publish", bundle_of("1.0.0")}).out)["error"]["code"],
            "already_exists");
}

TEST_F(PublishTest, ADamagedBundleIsNotPublished) {
  const std::string path = bundle_of("1.0.0");
  std::fstream(path, std::ios::in | std::ios::out | std::ios::binary).seekp(-1030, std::ios::end) << 'X';
  EXPECT_EQ(at_workspace({"model", "publish", path}).exit_code, 1);
  EXPECT_TRUE(json::parse(at_workspace({"model", "list"}).out)["models"].empty());
}

TEST_F(PublishTest, WithoutThePassphraseNothingIsSigned) {
  std::ofstream(directory / "wrong") << "wrong\n";
  const ProcessResult result = at_workspace(
      {"model", "publish", bundle_of("1.0.0"), "--passphrase-file", (directory / "wrong").string()});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_EQ(json::parse(result.out)["error"]["code"], "bad_key");
}

TEST_F(PublishTest, EveryKeyIsRotatedByCommandAndPublishingGoesOn) {
  ASSERT_EQ(at_workspace({"model", "publish", bundle_of("1.0.0")}).exit_code, 0);
  const json before = json::parse(at_workspace({"key", "show"}).out);
  for (const char* role : {"root", "targets", "snapshot", "timestamp"})
    ASSERT_EQ(at_workspace({"key", "rotate", role}).exit_code, 0) << role;
  const json after = json::parse(at_workspace({"key", "show"}).out);
  EXPECT_EQ(after["root_version"], 5);
  for (const char* role : {"root", "targets", "snapshot", "timestamp"})
    EXPECT_NE(after["roles"][role]["keyids"], before["roles"][role]["keyids"]) << role;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(workspace + "/keys"))
    if (entry.path().string().ends_with(".old.key")) std::filesystem::remove(entry.path());
  EXPECT_EQ(at_workspace({"model", "publish", bundle_of("1.1.0")}).exit_code, 0);
  EXPECT_EQ(at_workspace({"key", "renew", "defect"}).exit_code, 0);
}

TEST_F(PublishTest, GenerateNeverOverwritesAKey) {
  const std::string path = (directory / "team.key").string();
  const ProcessResult made = drover({"key", "generate", path, "--json"});
  ASSERT_EQ(made.exit_code, 0) << made.err;
  EXPECT_EQ(json::parse(made.out)["keyid"].get<std::string>().size(), 64u);
  EXPECT_EQ(json::parse(drover({"key", "generate", path, "--json"}).out)["error"]["code"], "already_exists");
}

TEST_F(PublishTest, APlaceWithoutARepositorySaysWhatToDo) {
  const ProcessResult result = drover({"model", "list", "--repository", directory.string()});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(result.err, HasSubstr("drover init"));
  EXPECT_EQ(drover({"model", "list"}).exit_code, 2);
}

}  // namespace
}  // namespace drover::cli
