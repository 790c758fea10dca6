// The active version is qualified again: at the agent's start, when the runtime is another, and what fails is
// repaired by a fetch or replaced by the previous version.
#include <gtest/gtest.h>

#include <fstream>

#include "fleet.h"

namespace drover::e2e {
namespace {

/// The runtime's library in this tree.
Path library_here() {
  return Path(program("drover-worker")).parent_path().parent_path() / "lib/libtensorflowlite_c.so";
}

class Requalify : public testing::Test {
 protected:
  Scratch scratch_;
  Workspace workspace_{scratch_.path() / "workspace"};
  Device device_{scratch_.path() / "device", workspace_};

  void run_two_versions(const Words& environment = {}) {
    workspace_.publish({.version = "1.0.0"});
    device_.start(environment);
    device_.wait_committed("1.0.0");
    workspace_.publish({.version = "1.1.0"});
    device_.wait_committed("1.1.0");
    device_.stop();
  }
  [[nodiscard]] Path active(const std::string& member) const {
    return device_.directory() / "state/models" / Workspace::kModel / "active" / member;
  }
  /// One byte of the active version's model, in place, as a worn flash cell gives it.
  void flip(std::size_t at) const {
    std::fstream file(active("model.tflite"), std::ios::in | std::ios::out | std::ios::binary);
    file.seekg(static_cast<std::streamoff>(at));
    const int byte = file.get();
    file.seekp(static_cast<std::streamoff>(at));
    file.put(static_cast<char>(byte ^ 0xff));
  }
  void unplug() const {
    std::filesystem::rename(workspace_.repository(), workspace_.directory() / "unplugged");
  }
  void plug_in() const {
    std::filesystem::rename(workspace_.directory() / "unplugged", workspace_.repository());
  }
  static std::string result(const json& model) {
    const auto qualified = model.find("qualified");
    return qualified != model.end() && qualified->is_object() ? text(*qualified, "result") : "";
  }
  bool history_has(const std::string& result) const {
    for (const json& entry : device_.ask({"history"})["models"][Workspace::kModel])
      if (entry["result"] == result) return true;
    return false;
  }
};

TEST_F(Requalify, TellsWhenAndHowTheActiveVersionWasLastQualified) {
  run_two_versions();
  device_.start();
  device_.wait_for("it is qualified", [](const json& model) { return result(model) == "passed"; });
  const json environment = device_.on_disk()["qualification"]["environment"];
  EXPECT_NE(environment.value("engine", "").find("tflite"), std::string::npos) << environment;
  EXPECT_NE(environment.value("library", "").find("libtensorflowlite_c.so"), std::string::npos)
      << environment;
  EXPECT_EQ(device_.model()["standing_in_for"], nullptr);
}

TEST_F(Requalify, RepairsAFlippedByteFromTheRepository) {
  run_two_versions();
  const std::string whole = read_file(active("model.tflite"));
  flip(whole.size() / 2);
  device_.start();
  device_.wait_for("it is repaired", [&](const json& model) {
    return history_has("repaired") && text(model, "version") == "1.1.0" && model.value("committed", false) &&
           text(model, "state") == "idle" && result(model) == "passed";
  });
  EXPECT_TRUE(read_file(active("model.tflite")) == whole);
  EXPECT_EQ(error_code(device_.model()), "");
  device_.expect_sound("1.1.0");
}

TEST_F(Requalify, WithoutARepositoryThePreviousVersionStandsInUntilItIsBack) {
  run_two_versions();
  flip(4);  // of the format's name: no runtime loads it
  unplug();
  device_.start();
  device_.wait_for("1.0.0 stands in", [](const json& model) {
    return text(model, "version") == "1.0.0" && text(model, "standing_in_for") == "1.1.0";
  });
  device_.expect_sound("1.0.0", false);
  EXPECT_EQ(error_code(device_.model()), "bad_digest") << device_.model().dump(2);
  EXPECT_TRUE(history_has("replaced"));
  EXPECT_TRUE(device_.model()["quarantine"].empty());

  plug_in();
  device_.stop();
  device_.start();
  device_.wait_for("1.1.0 is back", [](const json& model) {
    return text(model, "version") == "1.1.0" && model.value("committed", false) &&
           text(model, "state") == "idle" && model["standing_in_for"].is_null();
  });
  EXPECT_EQ(error_code(device_.model()), "");
  device_.expect_sound("1.1.0");
}

TEST_F(Requalify, WithNothingBetterADamagedVersionRunsOnAndThatIsTold) {
  workspace_.publish({.version = "1.0.0"});
  device_.start();
  device_.wait_committed("1.0.0");
  device_.stop();
  flip(4);
  unplug();
  device_.start();
  device_.wait_for("the damage is told", [](const json& model) { return error_code(model) == "bad_digest"; });
  EXPECT_EQ(device_.model()["version"], "1.0.0");
  EXPECT_TRUE(std::filesystem::exists(active("model.tflite")));
}

TEST_F(Requalify, AnotherRuntimeLibraryIsAReason) {
  const Path library = scratch_.path() / "libtensorflowlite_c.so";
  std::filesystem::copy_file(library_here(), library);
  run_two_versions();
  const json before = device_.on_disk()["qualification"];
  device_.start({"DROVER_TFLITE_LIBRARY=" + library.string()});
  wait_until(
      "it is qualified under the other library",
      [&] {
        return device_.on_disk()["qualification"]["environment"]
            .value("library", "")
            .starts_with(library.string());
      },
      &device_.agent());
  EXPECT_FALSE(before["environment"].value("library", "").starts_with(library.string()));
  EXPECT_EQ(result(device_.model()), "passed");
  EXPECT_NE(device_.agent().log_tail(100).find("library was"), std::string::npos);
}

TEST_F(Requalify, WithoutAnyRuntimeNothingIsDecidedAndTheVersionRunsOn) {
  run_two_versions();
  device_.start({"DROVER_TFLITE_LIBRARY=/nowhere/libtensorflowlite_c.so"});
  wait_until(
      "a look ended without a verdict",
      [&] { return device_.agent().log_tail(200).find("will be looked at again") != std::string::npos; },
      &device_.agent());
  EXPECT_EQ(device_.model()["version"], "1.1.0");
  EXPECT_FALSE(history_has("replaced"));
  device_.expect_sound("1.1.0");
}

/// The loop is free while a large bundle is unpacked. One that is blocked could answer once before it begins,
/// never twice.
TEST_F(Requalify, TheControlSocketAnswersWhileABundleIsUnpacked) {
  workspace_.publish({.version = "1.0.0"});
  device_.start();
  device_.wait_committed("1.0.0");
  int heard = 0;
  for (int attempt = 1; attempt <= 5 && heard < 2; ++attempt) {
    heard = 0;
    const std::string version = "1." + std::to_string(attempt) + ".0";
    workspace_.publish({.version = version, .ballast_mb = 60});
    device_.wait_for(
        version + " is committed",
        [&](const json& model) {
          heard += text(model, "state") == "staging" ? 1 : 0;
          return text(model, "state") == "idle" && text(model, "version") == version;
        },
        std::chrono::seconds(120));
  }
  EXPECT_GE(heard, 2);
}

}  // namespace
}  // namespace drover::e2e
