// A second opinion: tuf-js reads what we publish, and our client reads what @tufjs/repo-mock serves.
#include <gtest/gtest.h>
#include <unistd.h>

#include "fleet.h"
#include "repository_peer.h"

namespace drover::e2e {
namespace {

const Path kInterop = Path(DROVER_SOURCE_DIR) / "tests/interop";
constexpr const char* kNode = "/usr/bin/node";

class TufJs : public testing::Test {
 protected:
  void SetUp() override {
    if (::access(kNode, X_OK) != 0) GTEST_SKIP() << "node is not installed (Debian package nodejs)";
    if (!std::filesystem::exists(kInterop / "node_modules/tuf-js"))
      GTEST_SKIP()
          << "tuf-js is not installed (npm ci in tests/interop: make setup-test does it where npm is)";
  }
  /// What tuf-js says of a target of the workspace's repository.
  Ended read(const std::string& target) {
    const RepositoryPeer peer(workspace_.repository());
    return run({kNode, (kInterop / "read_repository.js").string(), workspace_.root().string(), peer.url(),
                target, scratch_.path().string()});
  }
  void drover(Words words) {
    words.insert(words.begin(), program("drover"));
    words.insert(words.end(), {"--workspace", workspace_.directory().string()});
    must(words);
  }

  Scratch scratch_;
  Workspace workspace_{scratch_.path() / "workspace"};
  static constexpr const char* kBundle = "models/kws/1.0.0/kws-1.0.0.drover";
};

TEST_F(TufJs, ReadsOurRepositoryAndDownloadsAModel) {
  workspace_.publish({.version = "1.0.0"});
  const Ended ended = read(kBundle);
  ASSERT_EQ(ended.exit_code, 0) << ended.err;
  EXPECT_EQ(read_file(scratch_.path() / "target"), read_file(workspace_.target("1.0.0")));
}

TEST_F(TufJs, FollowsARotationOfEveryRole) {
  workspace_.publish({.version = "1.0.0"});
  for (const char* role : {"root", "targets", "snapshot", "timestamp"}) drover({"key", "rotate", role});
  const Ended ended = read(kBundle);
  EXPECT_EQ(ended.exit_code, 0) << ended.err;
}

TEST_F(TufJs, FindsNoVersionThatWasWithdrawn) {
  workspace_.publish({.version = "1.0.0"});
  drover({"model", "yank", "kws", "1.0.0", "--reason", "wrong"});
  const Ended ended = read(kBundle);
  EXPECT_EQ(ended.exit_code, 1);
  EXPECT_NE(ended.err.find("not in the repository"), std::string::npos) << ended.err;
}

TEST_F(TufJs, TakesNoRoleThatOneByteWasChangedIn) {
  workspace_.publish({.version = "1.0.0"});
  const Path role = workspace_.repository() / "metadata/2.kws.json";
  const Path first = workspace_.repository() / "metadata/1.kws.json";
  const Path file = std::filesystem::exists(role) ? role : first;
  std::string text = read_file(file);
  text.replace(text.find("kws-1.0.0"), 9, "kws-1.0.1");
  write_file(file, text);
  EXPECT_EQ(read(kBundle).exit_code, 1);
}

TEST_F(TufJs, ServesARepositoryThatOurClientReads) {
  const Path place = scratch_.path() / "mock";
  std::filesystem::create_directory(place);
  Process mock(Words{kNode, (kInterop / "serve_mock.js").string(), place.string()}, place / "log");
  wait_until("the mock serves", [&] { return std::filesystem::exists(place / "url"); }, &mock);
  const std::string url = read_file(place / "url"), store = (place / "store").string();
  std::filesystem::create_directory(place / "got");
  must({program("drover-tuf"), "--metadata-dir", store, "init", (place / "root.json").string()});
  must({program("drover-tuf"), "--metadata-url", url + "/metadata", "--metadata-dir", store, "--target-name",
        "model.tflite", "--target-name", "labels.txt", "--target-dir", (place / "got").string(),
        "--target-base-url", url + "/targets", "download"});
  EXPECT_EQ(read_file(place / "got/model.tflite"), "what a model weighs");
  EXPECT_EQ(read_file(place / "got/labels.txt"), "good\ndefect\n");
  const Ended missing = run({program("drover-tuf"), "--metadata-url", url + "/metadata", "--metadata-dir",
                             store, "--target-name", "none", "--target-dir", (place / "got").string(),
                             "--target-base-url", url + "/targets", "download"});
  EXPECT_EQ(missing.exit_code, 1);
}

}  // namespace
}  // namespace drover::e2e
