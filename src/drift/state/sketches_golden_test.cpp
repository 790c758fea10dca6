// The sketches' bytes against those of another program: tests/data/drift/make_sketches.py.
#include <gtest/gtest.h>

#include "drift/state/counters.h"
#include "drift/state/dd_sketch.h"
#include "drift/state/kll.h"
#include "drift/state/rolling_mean.h"
#include "drift/testing.h"

namespace drover::drift {
namespace {

Bytes golden(const std::string& name) {
  const std::string text = testing::text_file("drift/" + name);
  return {as_bytes(text).begin(), as_bytes(text).end()};
}

/// x_i = ((i · 7919) mod 10007) / 64 for i < 5 000.
std::vector<float> stream() {
  std::vector<float> values;
  for (int i = 0; i < 5000; ++i) values.push_back(static_cast<float>(i * 7919 % 10007) / 64);
  return values;
}

TEST(SketchesGolden, CountersHaveTheBytesOfTheOtherProgram) {
  Distribution reference{.count = 255};
  for (std::size_t j = 0; j < kBins - 1; ++j)
    reference.edges[j] = static_cast<float>(1.01 + 2.5 * static_cast<double>(j));
  reference.slots.fill(4);
  Counters counters = Counters::of(reference);
  for (const float value : stream()) counters.add(reference, value, 0);
  counters.add(reference, std::numeric_limits<float>::quiet_NaN(), 0);
  counters.add(reference, std::numeric_limits<float>::infinity(), 0);
  for (int i = 0; i < 3; ++i) counters.add_missing();
  EXPECT_EQ(counters.to_bytes(), golden("counters.bin"));
  EXPECT_EQ(Counters::from_bytes(golden("counters.bin")).value(), counters);
}

TEST(SketchesGolden, KllHasTheBytesOfTheOtherProgram) {
  Kll sketch(42);
  for (const float value : stream()) sketch.add(value);
  EXPECT_EQ(sketch.to_bytes(), golden("kll.bin"));
  EXPECT_EQ(Kll::from_bytes(golden("kll.bin")).value(), sketch);
}

TEST(SketchesGolden, DdSketchHasTheBytesOfTheOtherProgram) {
  DdSketch sketch;
  for (const float value : stream()) sketch.add(value);
  EXPECT_EQ(sketch.to_bytes(), golden("dd_sketch.bin"));
  EXPECT_EQ(DdSketch::from_bytes(golden("dd_sketch.bin")).value(), sketch);
}

TEST(SketchesGolden, RollingMeanHasTheBytesOfTheOtherProgram) {
  RollingMean rolling;
  for (const float value : stream()) rolling.add(value / 256);
  EXPECT_EQ(rolling.to_bytes(), golden("rolling_mean.bin"));
  EXPECT_EQ(RollingMean::from_bytes(golden("rolling_mean.bin")).value(), rolling);
}

}  // namespace
}  // namespace drover::drift
