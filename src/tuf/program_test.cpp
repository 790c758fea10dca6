// The program as a person or a suite drives it, against a repository that Drover publishes.
#include "repo/catalog.h"
#include "repo/publisher.h"
#include "repo/repository_files.h"
#include "tuf/tuf_testing.h"

namespace drover::tuf {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const std::string kBundle = "models/defect/1.0.0/defect-1.0.0.drover";
const std::string kChannel = "channels/defect/stable.json";

/// A repository with one version, published and served.
class Published : public Tuf {
 protected:
  void SetUp() override {
    ASSERT_TRUE(publisher.publish("1.0.0", "stable").has_value());
    serve();
    ASSERT_EQ(init(server.metadata.at("1.root.json")), 0) << said;
  }
  void serve() {
    server.metadata = publisher.served();
    for (const std::string& path : {kBundle, kChannel}) {
      const repo::TargetInfo target = repo::target_info(publisher.state(), "defect", path);
      const auto bytes =
          fs::read_file(publisher.files, repo::target_path(publisher.place, target.file_path()), 1 << 20);
      server.targets[target.file_path()] = as_text(*bytes);
    }
  }
  [[nodiscard]] std::string served_name(const std::string& path) {
    return "targets/" + repo::target_info(publisher.state(), "defect", path).file_path();
  }

  repo::Publisher publisher;
};

TEST_F(Published, InitAsksTheNetworkForNothing) {
  EXPECT_THAT(server.requests(), IsEmpty());
  EXPECT_THAT(list("trust"), ElementsAre("root.json"));
  EXPECT_EQ(read("trust/root.json"), server.metadata.at("1.root.json"));
}

TEST_F(Published, RefreshAsksInTheSpecificationsOrderAndForNothingElse) {
  ASSERT_EQ(refresh(), 0) << said;
  EXPECT_THAT(server.requests(),
              ElementsAre("2.root.json", "timestamp.json", "2.snapshot.json", "2.targets.json"));
  ASSERT_EQ(refresh(), 0) << said;
  EXPECT_THAT(server.requests(), ElementsAre("2.root.json", "timestamp.json"));
}

TEST_F(Published, DownloadRefreshesFirstAndLeavesWhatIsThere) {
  ASSERT_EQ(download({kBundle}), 0) << said;
  EXPECT_THAT(server.requests(), ElementsAre("2.root.json", "timestamp.json", "2.snapshot.json",
                                             "2.targets.json", "1.defect.json", served_name(kBundle)));
  EXPECT_THAT(list("out"), ElementsAre("models%2Fdefect%2F1.0.0%2Fdefect-1.0.0.drover"));
  EXPECT_EQ(read("out/models%2Fdefect%2F1.0.0%2Fdefect-1.0.0.drover"), "bundle 1.0.0");
  ASSERT_EQ(download({kBundle}), 0) << said;
  EXPECT_THAT(server.requests(), ElementsAre("2.root.json", "timestamp.json"));
}

TEST_F(Published, WhatIsTrustedLiesThereAsItWasServed) {
  ASSERT_EQ(download({kBundle}), 0) << said;
  EXPECT_THAT(list("trust"),
              ElementsAre("defect.json", "root.json", "snapshot.json", "targets.json", "timestamp.json"));
  for (const auto& [stored, served] : {std::pair{"defect.json", "1.defect.json"},
                                       {"root.json", "1.root.json"},
                                       {"snapshot.json", "2.snapshot.json"},
                                       {"targets.json", "2.targets.json"},
                                       {"timestamp.json", "timestamp.json"}})
    EXPECT_EQ(read(std::string("trust/") + stored), server.metadata.at(served)) << stored;
}

TEST_F(Published, SeveralTargetsShareOneRefreshAndStopAtTheFirstThatFails) {
  ASSERT_EQ(download({kChannel, kBundle}), 0) << said;
  EXPECT_THAT(server.requests(),
              ElementsAre("2.root.json", "timestamp.json", "2.snapshot.json", "2.targets.json",
                          "1.defect.json", served_name(kChannel), served_name(kBundle)));
  std::filesystem::remove_all(file("out"));
  EXPECT_EQ(download({kChannel, "models/none", kBundle}), 1);
  EXPECT_THAT(said, HasSubstr("models/none"));
  EXPECT_THAT(server.requests(), ElementsAre("2.root.json", "timestamp.json", served_name(kChannel)));
  EXPECT_THAT(list("out"), ElementsAre("channels%2Fdefect%2Fstable.json"));
}

TEST_F(Published, AFileThatIsNotTheTargetIsNeitherKeptNorLeft) {
  std::string& bundle = server.targets.at(served_name(kBundle).substr(8));
  const std::string good = std::exchange(bundle, "bundle 6.6.6");
  EXPECT_EQ(download({kBundle}), 1);
  EXPECT_THAT(list("out"), IsEmpty());
  bundle = good;
  std::filesystem::create_directories(file("out"));
  const std::string place = "out/models%2Fdefect%2F1.0.0%2Fdefect-1.0.0.drover";
  std::ofstream(file(place)) << "something older";
  EXPECT_EQ(download({kBundle}), 0) << said;
  EXPECT_EQ(read(place), good);
}

TEST_F(Published, AnotherRootOrWrongUsageEndsWithOne) {
  const std::string trust = file("trust"), given = file("given.json");
  EXPECT_EQ(init(trust::Forge().at("1.root.json")), 1);
  EXPECT_EQ(run({"--metadata-dir", file("other"), "init", file("none.json")}), 1);
  EXPECT_THAT(said, HasSubstr("none.json"));
  EXPECT_EQ(run({"--metadata-dir", file("other"), "--metadata-url", server.url("metadata"), "refresh"}), 1);
  EXPECT_EQ(run({"--metadata-dir", trust, "refresh"}), 1);
  EXPECT_THAT(said, HasSubstr("refresh needs --metadata-url"));
  EXPECT_EQ(run({"--metadata-dir", trust, "--metadata-url", server.url("metadata"), "download"}), 1);
  EXPECT_EQ(run({"init", given}), 1);
  EXPECT_EQ(run({"--metadata-dir", trust}), 1);
  EXPECT_THAT(server.requests(), IsEmpty());
  EXPECT_EQ(run({"--help"}), 0);
  EXPECT_THAT(said, HasSubstr("--target-base-url"));
}

/// A suite fakes the time through the loader, which a static libc would not see.
TEST_F(Published, TheProgramLinksLibcDynamically) {
  const auto traced =
      run_process({.argv = {DROVER_BIN_DIR "/drover-tuf"}, .environment = {"LD_TRACE_LOADED_OBJECTS=1"}});
  ASSERT_TRUE(traced) << traced.error().text();
  EXPECT_THAT(traced->out, HasSubstr("libc.so"));
}

}  // namespace
}  // namespace drover::tuf
