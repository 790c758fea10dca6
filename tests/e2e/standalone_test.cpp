// A device that follows a signed channel by itself: no server, no enrolment.
#include <gtest/gtest.h>

#include "fleet.h"

namespace drover::e2e {
namespace {

class Standalone : public testing::Test {
 protected:
  Scratch scratch_;
  Workspace workspace_{scratch_.path() / "workspace"};
  Device device_{scratch_.path() / "device", workspace_};

  void run_first_version() {
    workspace_.publish({.version = "1.0.0"});
    device_.start();
    device_.wait_committed("1.0.0");
  }
  std::string metadata(const std::string& name) {
    return (workspace_.repository() / "metadata" / name).string();
  }
};

TEST_F(Standalone, UpdatesWhenTheChannelMovesAndGoesBackWhenItPointsBack) {
  run_first_version();
  device_.expect_sound("1.0.0");
  const json health = device_.ask({"status"})["agent"]["health"];
  for (const char* figure : {"uptime_s", "mem_free_mb", "disk_free_mb", "cpu_pct"})
    EXPECT_TRUE(health.contains(figure)) << figure << " in " << health;
  workspace_.publish({.version = "1.1.0"});
  device_.wait_committed("1.1.0");
  device_.expect_sound("1.1.0");
  must({program("drover"), "model", "promote", "kws", "1.0.0", "--channel", "stable", "--workspace",
        workspace_.directory().string()});
  device_.wait_committed("1.0.0");
}

TEST_F(Standalone, RefusesAVersionThatFailsItsSmokeTest) {
  run_first_version();
  workspace_.publish({.version = "1.1.0", .wrong_golden = true});
  device_.wait_refused("smoke_output");
  EXPECT_EQ(device_.model()["version"], "1.0.0");
  device_.expect_sound("1.0.0");
}

TEST_F(Standalone, MeasuresAVersionOnItsHoldoutAndRemembersItOverARestart) {
  workspace_.publish({.version = "1.0.0", .ballast_mb = 1});
  device_.start();
  device_.wait_committed("1.0.0");
  device_.wait_for("its holdout is measured", [](const json& model) {
    return model.contains("watch") && model["watch"].contains("holdout");
  });
  const json measured = device_.model()["watch"]["holdout"];
  EXPECT_EQ(measured["samples"], 510);
  EXPECT_EQ(measured["accuracy"].get<double>(), measured["right"].get<double>() / 510);
  device_.stop();
  device_.start();
  device_.wait_running();
  EXPECT_EQ(device_.model()["watch"]["holdout"], measured);
}

TEST_F(Standalone, RefusesABundleWithOneFlippedByte) {
  run_first_version();
  device_.stop();
  workspace_.publish({.version = "1.1.0"});
  std::string bytes = read_file(workspace_.target("1.1.0"));
  bytes[bytes.size() / 2] ^= 1;
  write_file(workspace_.target("1.1.0"), bytes);
  device_.start();
  device_.wait_refused("bad_digest");
  EXPECT_EQ(device_.model()["version"], "1.0.0");
  device_.expect_sound("1.0.0");
}

TEST_F(Standalone, RefusesAWrongSignatureAndOlderMetadata) {
  run_first_version();
  const std::string first = read_file(metadata("timestamp.json"));
  workspace_.publish({.version = "1.1.0"});
  device_.wait_committed("1.1.0");
  const std::string second = read_file(metadata("timestamp.json"));

  json forged = json::parse(second);
  forged["signed"]["version"] = forged["signed"]["version"].get<int>() + 1;
  write_file(metadata("timestamp.json"), forged.dump());
  const auto trouble = [&] { return error_code(device_.ask({"status"}).at("agent")); };
  wait_until(
      "the forged metadata is refused", [&] { return trouble() == "bad_signature"; }, &device_.agent());

  write_file(metadata("timestamp.json"), first);
  wait_until(
      "the older metadata is refused", [&] { return trouble() == "metadata_rollback"; }, &device_.agent());
  EXPECT_EQ(device_.model()["version"], "1.1.0");

  write_file(metadata("timestamp.json"), second);
  wait_until("all is well again", [&] { return trouble().empty(); }, &device_.agent());
}

TEST_F(Standalone, SaysWhyItStandsStillWhileItsChannelIsNotThere) {
  device_.start();
  device_.wait_refused("not_found");
  EXPECT_NE(device_.model()["error"].value("message", "").find("kws"), std::string::npos) << device_.model();
  workspace_.publish({.version = "1.0.0"});
  device_.wait_committed("1.0.0");
  EXPECT_TRUE(device_.model()["error"].is_null()) << device_.model();
}

TEST_F(Standalone, APersonRollsBackAndPinsWithoutAnyNetwork) {
  run_first_version();
  workspace_.publish({.version = "1.1.0"});
  device_.wait_committed("1.1.0");
  std::filesystem::rename(workspace_.repository(), workspace_.directory() / "unplugged");
  device_.ask({"rollback"});  // of the only model
  device_.wait_for("1.0.0 is back", [](const json& model) {
    return text(model, "version") == "1.0.0" && text(model, "state") == "idle";
  });
  EXPECT_TRUE(device_.ask({"pin", "--model", "kws"})["models"]["kws"].value("pinned", false));
  EXPECT_EQ(device_.try_ask({"rollback", "9.9.9", "--model", "kws"}).exit_code, 1);
  const Ended unknown = device_.try_ask({"rollback", "--model", "other"});
  EXPECT_EQ(unknown.exit_code, 1);
  EXPECT_NE(unknown.out.find("kws"), std::string::npos) << "it names what there is: " << unknown.out;
  const json history = device_.ask({"history"})["models"]["kws"];
  EXPECT_EQ(history.back()["result"], "rolled_back") << history.dump(2);

  device_.stop();
  EXPECT_FALSE(device_.ask({"status"})["agent"]["running"].get<bool>());
  EXPECT_EQ(device_.ask({"history"})["models"]["kws"], history);
  const Ended refused = device_.try_ask({"rollback", "--model", "kws"});
  EXPECT_EQ(refused.exit_code, 1);
  EXPECT_NE(refused.out.find("start it with"), std::string::npos) << refused.out;
}

TEST_F(Standalone, NamesWhatItLacksBeforeAByteIsFetched) {
  run_first_version();
  workspace_.publish({.version = "1.1.0", .requirement = "arch=riscv128"});
  device_.wait_refused("no_variant");
  EXPECT_NE(device_.model()["error"].value("message", "").find("riscv128"), std::string::npos);
}

}  // namespace
}  // namespace drover::e2e
