// The ready session with a real model and the real runtime.
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <random>
#include <thread>

#include <drover/drover.hpp>

#include "device.h"
#include "ring/reader.h"

namespace drover::sdk {
namespace {

constexpr int kPatience = 60'000;  // ms

std::vector<float> values(std::uint32_t seed) {
  std::minstd_rand random(seed);
  std::vector<float> input(490);
  for (float& value : input) value = static_cast<float>(random() % 2000) / 100 - 10;
  return input;
}

class SessionTest : public testing::Test {
 protected:
  Device device;
  ring::Mapping ring = *ring::Mapping::create(device.ring(), {.lanes = 4, .records = 4096});
  ring::Reader reader{ring};
  std::vector<ring::Record> records;

  app::Model open() { return app::Model("defect", {.state_dir = device.state(), .run_dir = device.run()}); }
  void drain() {
    reader.drain([this](const ring::Record& record) { records.push_back(record); });
  }
  /// Infers until the session has gone over `swaps` times.
  static drover_result_t infer_until_swapped(app::Session& session, std::uint64_t swaps) {
    for (;;) {
      const drover_result_t result = session.values(values(1));
      EXPECT_EQ(result.outcome, DROVER_OUTCOME_OK);
      if (result.swaps >= swaps) return result;
    }
  }
};

TEST_F(SessionTest, InfersAndRecordsWithTheVersionsDigest) {
  const Digest digest = device.install("1.0.0", float_model());
  device.activate(digest);
  app::Model model = open();
  app::Session session(model);
  ASSERT_TRUE(session.wait(kPatience));
  const drover_result_t result = session.values(values(7), {1.5F, 2.5F});
  EXPECT_EQ(result.outcome, DROVER_OUTCOME_OK);
  EXPECT_STREQ(result.version_number, "1.0.0");
  EXPECT_STREQ(result.version_digest, digest.hex().c_str());
  EXPECT_EQ("word" + std::to_string(result.class_index), result.label);
  const std::vector<float> scores = session.output(0);
  ASSERT_EQ(scores.size(), 12u);
  EXPECT_EQ(scores[static_cast<std::size_t>(result.class_index)], *std::ranges::max_element(scores));

  drain();
  ASSERT_EQ(records.size(), 1u);
  EXPECT_EQ(records[0].id, result.id);
  EXPECT_EQ(Digest{records[0].digest}, digest);
  EXPECT_EQ(records[0].class_index, result.class_index);
  EXPECT_EQ(records[0].confidence, result.confidence);
  EXPECT_EQ(records[0].latency_ns, result.latency_ns);
  EXPECT_EQ(records[0].feature_count, 2);
  EXPECT_EQ(records[0].features[1], 2.5F);
  ASSERT_EQ(reader.writers().size(), 1u);
  EXPECT_EQ(reader.writers()[0].digest, digest);
}

TEST_F(SessionTest, AnAnswersIdIsWhatItsLabelIsGivenFor) {
  device.activate(device.install("1.0.0", float_model()));
  app::Model model = open();
  app::Session session(model);
  ASSERT_TRUE(session.wait(kPatience));
  const drover_result_t result = session.values(values(7));
  EXPECT_TRUE(model.label(result.id, 3));
  drain();
  ASSERT_EQ(records.size(), 2u);
  EXPECT_EQ(records[1].kind, ring::Kind::label);
  EXPECT_EQ(records[1].id, records[0].id);
  EXPECT_EQ(records[1].class_index, 3);
}

TEST_F(SessionTest, AnImageGoesThroughTheManifestsPreprocessing) {
  device.activate(device.install("1.0.0", float_model()));
  app::Model model = open();
  app::Session session(model);
  ASSERT_TRUE(session.wait(kPatience));
  std::vector<std::uint8_t> pixels(490);
  for (std::size_t i = 0; i < pixels.size(); ++i) pixels[i] = static_cast<std::uint8_t>(i % 200);
  session.image({.pixels = pixels.data(), .height = 49, .width = 10, .channels = 1});
  const std::vector<float> from_image = session.output(0);
  session.values({pixels.begin(), pixels.end()});  // offset 0, scale 1, no resize
  EXPECT_EQ(from_image, session.output(0));
}

TEST_F(SessionTest, WithoutAVersionNothingIsRecordedAndTheFirstOneIsTakenUp) {
  app::Model model = open();
  app::Session session(model);
  EXPECT_FALSE(session.wait(1));
  EXPECT_THROW(session.values(values(1)), app::Error);
  drain();
  EXPECT_TRUE(records.empty());
  device.activate(device.install("1.0.0", float_model()));
  ASSERT_TRUE(session.wait(kPatience));
  EXPECT_EQ(session.values(values(1)).outcome, DROVER_OUTCOME_OK);
}

/// The float model with NaN for the bias of its last layer's first class.
std::filesystem::path nan_model(const std::filesystem::path& directory) {
  constexpr std::streamoff kBiases = 34380;  // the length in bytes, then twelve floats
  const auto path = directory / "nan.tflite";
  std::filesystem::copy_file(float_model(), path);
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  std::uint32_t bytes = 0;
  file.seekg(kBiases);
  file.read(reinterpret_cast<char*>(&bytes), sizeof bytes);
  EXPECT_EQ(bytes, 12 * sizeof(float)) << "the model file is another";
  const float nan = std::nanf("");
  file.seekp(kBiases + std::streamoff{sizeof bytes});
  file.write(reinterpret_cast<const char*>(&nan), sizeof nan);
  return path;
}

TEST_F(SessionTest, NanAndFailureAreRecordedAsSuch) {
  device.activate(device.install("1.0.0", nan_model(device.run())));
  app::Model model = open();
  app::Session session(model);
  ASSERT_TRUE(session.wait(kPatience));
  EXPECT_EQ(session.values(values(1)).outcome, DROVER_OUTCOME_NAN);
  EXPECT_THAT(drover_error_message(), testing::HasSubstr("NaN"));
  EXPECT_EQ(session.values(std::vector<float>(3)).outcome, DROVER_OUTCOME_FAILED);
  EXPECT_THAT(drover_error_message(), testing::HasSubstr("490"));
  drain();
  ASSERT_EQ(records.size(), 2u);
  EXPECT_EQ(records[0].outcome, ring::Outcome::nan);
  EXPECT_EQ(records[0].class_index, -1);
  EXPECT_EQ(records[1].outcome, ring::Outcome::failed);
}

TEST_F(SessionTest, AVersionThatCannotBeLoadedChangesNothing) {
  const auto garbage = device.run() / "garbage.tflite";
  std::ofstream(garbage) << "this is not a model";
  device.activate(device.install("1.0.0", float_model()));
  app::Model model = open();
  app::Session session(model);
  ASSERT_TRUE(session.wait(kPatience));
  device.activate(device.install("1.1.0", garbage));
  for (std::uint32_t i = 0; i < 100; ++i) EXPECT_STREQ(session.values(values(i)).version_number, "1.0.0");
  device.activate(device.install("1.2.0", int8_model()));
  EXPECT_STREQ(infer_until_swapped(session, 1).version_number, "1.2.0");
}

TEST_F(SessionTest, AFirstVersionThatCannotBeLoadedIsToldByWait) {
  const auto garbage = device.run() / "garbage.tflite";
  std::ofstream(garbage) << "this is not a model";
  device.activate(device.install("1.0.0", garbage));
  app::Model model = open();
  app::Session session(model);
  try {
    session.wait(kPatience);
    FAIL();
  } catch (const app::Error& error) {
    EXPECT_EQ(error.code(), DROVER_BAD_MODEL) << error.what();
    EXPECT_EQ(reader.writers().at(0).digest, Digest{}) << "it runs no version";
  }
}

// Must show 5 of the issue: no inference is missed over a swap, and no interpreter reads a file that is being
// changed or removed.
TEST_F(SessionTest, NoInferenceIsMissedOverSwapsWhileVersionsAreRemoved) {
  constexpr int kSwaps = 12;
  Digest active = device.install("1.0.0", float_model());
  device.activate(active);
  app::Model model = open();
  app::Session session(model);
  ASSERT_TRUE(session.wait(kPatience));
  std::atomic<std::uint64_t> seen_swaps = 0;
  std::atomic<bool> done = false;
  std::vector<Digest> known = {active};
  int pruned = 0, kept = 0;
  // The agent: the next version in place, then the last one removed unless somebody holds it.
  std::thread agent([&] {
    for (int swap = 1; swap <= kSwaps; ++swap) {
      const Digest next =
          device.install(fmt::format("1.{}.0", swap), swap % 2 == 0 ? float_model() : int8_model());
      device.activate(next);
      known.push_back(next);
      ++(device.prune(active) ? pruned : kept);
      while (seen_swaps < static_cast<std::uint64_t>(swap)) std::this_thread::yield();
      ++(device.prune(active) ? pruned : kept);
      active = next;
    }
    done = true;
  });
  std::uint64_t images = 0, ids = 0;
  while (!done) {
    const drover_result_t result = session.values(values(static_cast<std::uint32_t>(++images)));
    EXPECT_EQ(result.outcome, DROVER_OUTCOME_OK);
    ids += result.id != 0 ? 1 : 0;
    seen_swaps = result.swaps;
    if (images % 256 == 0) drain();
  }
  agent.join();
  drain();
  EXPECT_EQ(session.values(values(1)).swaps, static_cast<std::uint64_t>(kSwaps));
  EXPECT_EQ(ids, images) << "each image was inferred and recorded";
  EXPECT_EQ(records.size(), images);
  EXPECT_EQ(pruned, kSwaps) << "each old version went once nobody held it";
  std::map<Digest, int> by_digest;
  for (const ring::Record& record : records) ++by_digest[Digest{record.digest}];
  EXPECT_EQ(by_digest.size(), known.size()) << "each version served";
}

}  // namespace
}  // namespace drover::sdk
