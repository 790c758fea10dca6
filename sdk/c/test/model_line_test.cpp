// A model line without a session: what is active, holding it, being told, recording.
#include <gtest/gtest.h>
#include <poll.h>

#include <cmath>
#include <cstring>

#include <drover/drover.hpp>

#include "agent/notifier.h"
#include "c_test.h"
#include "device.h"
#include "ring/reader.h"

namespace drover::sdk {
namespace {

app::Options options(const Device& device) {
  return {.state_dir = device.state().string(), .run_dir = device.run().string()};
}

bool is_readable(int fd, int timeout_ms) {
  pollfd event{.fd = fd, .events = POLLIN, .revents = 0};
  return ::poll(&event, 1, timeout_ms) == 1;
}

std::vector<ring::Record> drain(ring::Mapping& mapping) {
  std::vector<ring::Record> records;
  ring::Reader(mapping).drain([&](const ring::Record& record) { records.push_back(record); });
  return records;
}

TEST(Sdk, WorksFromC) {
  Device device;
  ring::Mapping ring = *ring::Mapping::create(device.ring());
  const Digest digest = device.install("1.0.0", float_model());
  device.activate(digest);
  EXPECT_EQ(use_drover_from_c(device.state().c_str(), device.run().c_str(), digest.hex().c_str()), 0)
      << drover_error_message();
}

TEST(ModelLine, OpensBeforeThereIsAnythingAndSeesTheFirstVersion) {
  Device device;
  app::Model model("defect", options(device));
  EXPECT_FALSE(model.poll());
  try {
    static_cast<void>(model.acquire());
    FAIL() << "there is no version";
  } catch (const app::Error& error) {
    EXPECT_EQ(error.code(), DROVER_NO_VERSION);
    EXPECT_THAT(error.what(), testing::HasSubstr("active"));
  }
  device.activate(device.install("1.0.0", float_model()));
  EXPECT_TRUE(model.poll());
  EXPECT_FALSE(model.poll());
  EXPECT_EQ(model.acquire().number(), "1.0.0");
}

TEST(ModelLine, AHeldVersionIsNotPrunedUntilItIsReleased) {
  Device device;
  const Digest first = device.install("1.0.0", float_model());
  const Digest second = device.install("2.0.0", float_model());
  device.activate(first);
  app::Model model("defect", options(device));
  {
    const app::HeldVersion held = model.acquire();
    device.activate(second);
    EXPECT_FALSE(device.prune(first));
    EXPECT_TRUE(std::filesystem::exists(std::filesystem::path(held.path()) / "model.tflite"));
  }
  EXPECT_TRUE(device.prune(first));
  EXPECT_EQ(model.acquire().digest(), second.hex());
}

TEST(ModelLine, ADamagedManifestIsToldWithItsPlace) {
  Device device;
  const Digest digest = device.install("1.0.0", float_model());
  std::filesystem::resize_file(device.version_dir(digest) / "manifest.json", 10);
  device.activate(digest);
  app::Model model("defect", options(device));
  try {
    static_cast<void>(model.acquire());
    FAIL();
  } catch (const app::Error& error) {
    EXPECT_EQ(error.code(), DROVER_BAD_MODEL);
    EXPECT_THAT(error.what(), testing::HasSubstr(digest.hex()));
  }
}

TEST(ModelLine, TheDescriptorWakesAtAChangeAlsoAfterTheAgentCameBack) {
  Device device;
  const Digest first = device.install("1.0.0", float_model());
  const Digest second = device.install("2.0.0", float_model());
  device.activate(first);
  const auto ask = [](const ModelName&) { return agent::ActiveVersion{}; };
  const ModelName name = *ModelName::parse("defect");
  auto notifier = *agent::Notifier::open(device.run() / "notify.sock", ask);
  app::Model model("defect", options(device));
  notifier->pump();
  ASSERT_TRUE(is_readable(model.fd(), 5000)) << "the first line comes at once";
  EXPECT_FALSE(model.poll());
  EXPECT_FALSE(is_readable(model.fd(), 0));

  device.activate(second);
  notifier->changed(name);
  ASSERT_TRUE(is_readable(model.fd(), 5000));
  EXPECT_TRUE(model.poll());

  notifier.reset();  // the agent goes, and comes back
  ASSERT_TRUE(is_readable(model.fd(), 5000));
  EXPECT_FALSE(model.poll());
  notifier = *agent::Notifier::open(device.run() / "notify.sock", ask);
  for (int wakes = 0; wakes < 10 && notifier->clients() == 0; ++wakes) {
    ASSERT_TRUE(is_readable(model.fd(), 5000)) << "a timer runs while there is no agent";
    EXPECT_FALSE(model.poll());
    notifier->pump();
  }
  ASSERT_EQ(notifier->clients(), 1u);
  model.poll();
  device.activate(first);
  notifier->changed(name);
  ASSERT_TRUE(is_readable(model.fd(), 5000));
  EXPECT_TRUE(model.poll());
}

TEST(ModelLine, RecordsUnderTheActiveVersionUnlessOneIsNamed) {
  Device device;
  ring::Mapping ring = *ring::Mapping::create(device.ring());
  const Digest first = device.install("1.0.0", float_model());
  const Digest second = device.install("2.0.0", float_model());
  device.activate(first);
  app::Model model("defect", options(device));
  const app::HeldVersion held = model.acquire();
  device.activate(second);
  model.poll();
  drover_inference_t inference = DROVER_INFERENCE_INIT;
  model.record(inference);
  inference.version = held.get();
  model.record(inference);
  const std::vector<ring::Record> records = drain(ring);
  ASSERT_EQ(records.size(), 2u);
  EXPECT_EQ(Digest{records[0].digest}, second);
  EXPECT_EQ(Digest{records[1].digest}, first);
}

TEST(ModelLine, TakesTheTopOfTheScoresOfAllClasses) {
  Device device;
  ring::Mapping ring = *ring::Mapping::create(device.ring());
  app::Model model("defect", options(device));
  const auto record = [&](std::vector<float> scores, int32_t class_index = -1) {
    drover_inference_t inference = DROVER_INFERENCE_INIT;
    inference.class_index = class_index;
    inference.scores = scores.data();
    inference.score_count = static_cast<std::uint32_t>(scores.size());
    model.record(inference);
  };
  record({0.1F, 0.7F, 0.2F});
  record({3.0F, 9.0F, 9.0F});
  record({0.5F, NAN});
  record({0.1F, 0.9F}, 0);
  drover_inference_t earlier = DROVER_INFERENCE_INIT;  // of a program built before there were scores
  const float score = 1;
  earlier.size = offsetof(drover_inference_t, score_count);
  earlier.scores = &score, earlier.score_count = 1;
  model.record(earlier);
  const std::vector<ring::Record> records = drain(ring);
  ASSERT_EQ(records.size(), 5u);
  EXPECT_EQ(records[0].class_index, 1);
  EXPECT_FLOAT_EQ(records[0].confidence, 0.7F);
  EXPECT_EQ(records[1].class_index, 1) << "of equal ones the first";
  EXPECT_EQ(records[1].confidence, -1) << "logits are no confidence";
  EXPECT_EQ(records[2].outcome, ring::Outcome::nan);
  EXPECT_EQ(records[3].class_index, 0) << "what the caller tells counts";
  EXPECT_EQ(records[4].class_index, -1);
}

TEST(ModelLine, LabelsAnInferenceByItsIdAndNothingElse) {
  Device device;
  ring::Mapping ring = *ring::Mapping::create(device.ring());
  app::Model model("defect", options(device));
  drover_inference_t inference = DROVER_INFERENCE_INIT;
  inference.class_index = 1;
  const std::uint64_t id = model.record(inference);
  EXPECT_TRUE(model.label(id, 0));
  EXPECT_FALSE(model.label(0, 0)) << "the inference was dropped";
  EXPECT_FALSE(model.label(id, -1)) << "no class is no truth";
  const std::vector<ring::Record> records = drain(ring);
  ASSERT_EQ(records.size(), 2u) << "the reader refused one";
  EXPECT_EQ(records[1].kind, ring::Kind::label);
  EXPECT_EQ(records[1].id, id);
  EXPECT_EQ(records[1].class_index, 0);
  EXPECT_EQ(model.counts().labelled, 1u);
  EXPECT_EQ(model.counts().dropped, 0u);
}

TEST(ModelLine, WithoutAnAgentALabelIsDroppedAndCounted) {
  Device device;
  app::Model model("defect", options(device));
  EXPECT_FALSE(model.label(1, 0));
  EXPECT_EQ(model.counts().dropped, 1u);
}

/// The agent charges a death to what the lane shows.
TEST(ModelLine, ShowsTheAgentTheVersionThatWasAcquiredLast) {
  Device device;
  ring::Mapping mapping = *ring::Mapping::create(device.ring());
  ring::Reader reader(mapping);
  app::Model model("defect", options(device));
  ASSERT_EQ(reader.writers().size(), 1u);
  EXPECT_EQ(reader.writers()[0].digest, Digest{});
  const Digest first = device.install("1.0.0", float_model()), second = device.install("1.1.0", int8_model());
  device.activate(first);
  const app::HeldVersion one = model.acquire();
  EXPECT_EQ(reader.writers()[0].digest, first);
  device.activate(second);
  model.poll();
  EXPECT_EQ(reader.writers()[0].digest, first) << "not taken up yet";
  const app::HeldVersion two = model.acquire();
  EXPECT_EQ(reader.writers()[0].digest, second);
}

TEST(ModelLine, BringsWhatIsOutOfRangeIntoIt) {
  Device device;
  ring::Mapping ring = *ring::Mapping::create(device.ring());
  app::Model model("defect", options(device));
  const std::vector<float> features(40, 1.0F);
  drover_inference_t inference = DROVER_INFERENCE_INIT;
  inference.confidence = 1.01F;
  inference.class_index = -7;
  inference.features = features.data();
  inference.feature_count = 40;
  model.record(inference);
  inference.confidence = std::nanf("");
  model.record(inference);
  const unsigned nonsense = 99;  // as only a C caller can
  std::memcpy(&inference.outcome, &nonsense, sizeof nonsense);
  model.record(inference);
  const std::vector<ring::Record> records = drain(ring);
  ASSERT_EQ(records.size(), 3u) << "the reader refused one";
  EXPECT_EQ(records[0].confidence, 1.0F);
  EXPECT_EQ(records[0].class_index, -1);
  EXPECT_EQ(records[0].feature_count, 32);
  EXPECT_EQ(records[1].outcome, ring::Outcome::nan);
  EXPECT_EQ(records[2].outcome, ring::Outcome::failed);
}

}  // namespace
}  // namespace drover::sdk
