// The inspector as a process, over a device's directories, while the model under it changes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>

#include <fstream>

#include <nlohmann/json.hpp>

#include "base/process.h"
#include "defect/surface.h"
#include "device.h"
#include "ring/reader.h"

namespace drover::defect {
namespace {

using nlohmann::json;
using sdk::Device;

struct Inspection {
  explicit Inspection(const Device& device, std::vector<std::string> more)
      : stats(device.run() / "stats.jsonl") {
    Command command{
        .argv = {DROVER_BIN_DIR "/defect-inspector", "--state-dir", device.state(), "--run-dir", device.run(),
                 "--stats", stats},
        .environment = {"DROVER_TFLITE_LIBRARY=" DROVER_BIN_DIR "/../lib/libtensorflowlite_c.so"}};
    command.argv.insert(command.argv.end(), more.begin(), more.end());
    child.emplace(*Child::start(command));
  }
  /// Waits for the next change that `done` looks for, draining meanwhile.
  template <class Done>
  void until(Done done) {
    while (!done() && !child->pump()) rest();
  }
  int end() {
    while (!child->pump()) rest();
    return child->result().exit_code;
  }
  /// Lets the child work, until it says or is something else.
  void rest() const {
    std::vector<pollfd> fds;
    for (const int fd : child->fds()) fds.push_back({.fd = fd, .events = POLLIN, .revents = 0});
    ::poll(fds.data(), fds.size(), 5);
  }
  [[nodiscard]] json last_line() const {
    std::ifstream file(stats);
    std::string line, last = "{}";
    while (std::getline(file, line)) last = line;
    return json::parse(last);
  }

  std::string stats;
  std::optional<Child> child;
};

class InspectorTest : public testing::Test {
 protected:
  Device device;
  ring::Mapping ring = *ring::Mapping::create(device.ring());
  ring::Reader reader{ring};
  std::map<Digest, std::uint64_t> seen;
  std::map<std::uint64_t, std::int32_t> truths;  // by inference
  std::vector<ring::Record> inferences;
  ring::Drained drained;

  std::uint64_t drain() {
    drained += reader.drain([this](const ring::Record& record) {
      if (record.kind == ring::Kind::label) {
        truths[record.id] = record.class_index;
        return;
      }
      ++seen[Digest{record.digest}];
      inferences.push_back(record);
    });
    return drained.records;
  }
};

TEST_F(InspectorTest, MissesNoImageOverSwapsAndRecordsEachOne) {
  const Digest first = device.install("1.0.0", sdk::float_model());
  const Digest second = device.install("1.1.0", sdk::int8_model());
  device.activate(first);
  Inspection run(device, {"--generate", "--seed", "7", "--rate", "0"});
  run.until([&] { return drain(), seen[first] > 200; });
  device.activate(second);
  run.until([&] { return drain(), seen[second] > 200; });
  EXPECT_TRUE(device.prune(first)) << "nobody holds the old version any more";
  run.child->kill();  // the process group: SIGKILL. Its records are whole nevertheless
  run.end();
  drain();
  EXPECT_EQ(drained.deaths.size(), 1u);
  EXPECT_EQ(drained.bad, 0u);

  Inspection again(device,
                   {"--generate", "--seed", "7", "--rate", "0", "--count", "500", "--label-every", "0"});
  again.until([&] { return drain(), false; });
  EXPECT_EQ(again.end(), 0) << again.child->result().err;
  const json last = again.last_line();
  EXPECT_EQ(last["ticks"], 500);
  EXPECT_EQ(last["images"], 500);
  EXPECT_EQ(last["inferences"], 500);
  EXPECT_EQ(last["missed"], 0);
  EXPECT_EQ(last["recorded"].get<int>() + last["dropped"].get<int>(), 500);
  EXPECT_EQ(last["version"], "1.1.0");
  EXPECT_EQ(last["final"], true);
}

TEST_F(InspectorTest, EndsCleanlyAtSigtermAndTellsOfItsSwitch) {
  const Digest first = device.install("1.0.0", sdk::float_model());
  const Digest second = device.install("1.1.0", sdk::int8_model());
  device.activate(first);
  Inspection run(device,
                 {"--rate", "500", "--buffer", "100000"});  // a busy machine is no swap that takes long
  run.until([&] { return drain(), seen[first] > 20; });
  device.activate(second);
  run.until([&] { return drain(), seen[second] > 20; });
  ::kill(run.child->pid(), SIGTERM);
  EXPECT_EQ(run.end(), 0) << run.child->result().err;
  drain();
  EXPECT_EQ(drained.deaths.size(), 0u) << "it said goodbye";
  const json last = run.last_line();
  EXPECT_EQ(last["switches"], 1);
  EXPECT_EQ(last["missed"], 0);
  EXPECT_EQ(last["ticks"], last["images"].get<int>() + last["waiting"].get<int>());
  EXPECT_EQ(last["errors"], 0);
  EXPECT_EQ(last["digest"], second.hex());
  EXPECT_EQ(last["recorded"], inferences.size());
}

TEST_F(InspectorTest, HandsOverTheTruthOfOneImageInSomeByTheInferencesId) {
  device.activate(device.install("1.0.0", sdk::float_model()));
  constexpr std::uint64_t kImages = 60, kEvery = 3;
  Inspection run(device, {"--seed", "7", "--rate", "0", "--count", std::to_string(kImages), "--label-every",
                          std::to_string(kEvery), "--label-delay", "0"});
  run.until([&] { return drain(), false; });
  EXPECT_EQ(run.end(), 0) << run.child->result().err;
  drain();
  ASSERT_EQ(inferences.size(), kImages);
  EXPECT_EQ(truths.size(), kImages / kEvery);
  EXPECT_EQ(run.last_line()["labelled"], kImages / kEvery);
  EXPECT_EQ(run.last_line()["recorded"], kImages);
  for (std::uint64_t i = 0; i < kImages; i += kEvery)
    EXPECT_EQ(truths.at(inferences[i].id), make_surface({}, 7, i).label) << i;
}

TEST_F(InspectorTest, ACameraGoesWrongAndIsWellAgainWhileItRuns) {
  device.activate(device.install("1.0.0", sdk::float_model()));
  const std::string file = device.run() / "fault";
  std::ofstream(file) << "sleepy";
  Inspection run(device, {"--rate", "200", "--buffer", "100000", "--fault-file", file});
  const auto brightness = [&] { return inferences.empty() ? 170.0F : inferences.back().features[0]; };
  run.until([&] { return drain() > 0; });
  EXPECT_GT(brightness(), 150);
  std::ofstream(file) << "dimmed:50";
  run.until([&] { return drain(), brightness() < 110; });
  std::filesystem::remove(file);
  run.until([&] { return drain(), brightness() > 150; });
  ::kill(run.child->pid(), SIGTERM);
  EXPECT_EQ(run.end(), 0) << run.child->result().err;
  EXPECT_THAT(run.child->result().err, testing::HasSubstr("sleepy"));
}

TEST_F(InspectorTest, WaitsForAModelAndForNothingElse) {
  Inspection run(device, {"--rate", "0", "--count", "3"});
  run.until([&] { return !reader.writers().empty(); });
  device.activate(device.install("1.0.0", sdk::float_model()));
  EXPECT_EQ(run.end(), 0) << run.child->result().err;
  EXPECT_EQ(run.last_line()["images"], 3);
}

TEST_F(InspectorTest, LooksAtAFolderOfImagesAndRefusesNonsense) {
  device.activate(device.install("1.0.0", sdk::float_model()));
  const auto folder = device.run() / "images";
  std::filesystem::create_directory(folder);
  std::ofstream(folder / "a.pgm") << "P5 4 2 255\n01234567";
  std::ofstream(folder / "readme.txt") << "no image";
  Inspection run(device, {"--images", folder, "--rate", "0", "--count", "2"});
  EXPECT_EQ(run.end(), 0) << run.child->result().err;
  EXPECT_EQ(run.last_line()["inferences"], 2);
  EXPECT_EQ(Inspection(device, {"--images", device.run() / "none"}).end(), 1);
  EXPECT_EQ(Inspection(device, {"--fault", "sleepy"}).end(), 2);
  EXPECT_EQ(Inspection(device, {"--no-such-flag"}).end(), 2);
}

}  // namespace
}  // namespace drover::defect
