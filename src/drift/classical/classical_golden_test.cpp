// The classical detectors against river's alarms: tests/data/drift/ORIGIN.md says how the files were made.
#include <gtest/gtest.h>

#include <cmath>

#include "drift/detector.h"
#include "drift/random.h"
#include "drift/testing.h"

namespace drover::drift {
namespace {

/// The values of a stream as make_classical.py makes them, from integers.
std::vector<double> values_of(const nlohmann::json& stream) {
  SplitMix random(stream.at("seed").get<std::uint64_t>());
  std::vector<double> values;
  for (const auto& segment : stream.at("segments")) {
    const auto law = segment.at(0).get<std::string>();
    const double a = segment.at(2), b = segment.at(3);
    for (int i = 0; i < segment.at(1).get<int>(); ++i) {
      double value = random.uniform();
      if (law == "bell") {
        for (int more = 0; more < 3; ++more) value += random.uniform();
        values.push_back(a + b * ((value - 2) * 1.7320508075688772));
      } else {
        values.push_back(law == "error" ? (value < a ? 1 : 0) : a + std::floor(b * value));
      }
    }
  }
  return values;
}

std::vector<std::uint64_t> alarms(Detector& detector, std::span<const double> values) {
  std::vector<std::uint64_t> found;
  for (const double value : values)
    if (const auto alarm = detector.update(value)) found.push_back(alarm->index);
  return found;
}

TEST(ClassicalGolden, EachAlarmsWhereRiverDoes) {
  const auto golden = testing::json_file("drift/classical_river.json");
  ASSERT_EQ(golden.at("made_by"), "river 0.26.1");
  for (const auto& one : golden.at("cases")) {
    auto detector = make_detector(one.at("detector").get<std::string>(),
                                  one.at("settings").get<DetectorKind::Values>(), {})
                        .value();
    EXPECT_EQ(alarms(*detector, values_of(one.at("stream"))),
              one.at("alarms").get<std::vector<std::uint64_t>>())
        << one.at("detector") << one.at("settings") << " stream " << one.at("stream").at("seed");
  }
}

TEST(ClassicalGolden, AdwinFindsTheChangesOfTheCommittedStreams) {
  const auto found = [](const char* file) {
    const auto column = testing::column(file);
    const std::vector<double> values(column.begin(), column.end());
    return alarms(*make_detector("adwin", {}, {}).value(), values);
  };
  // Indices from 0 in the reference, observations up to and with the alarming one here.
  EXPECT_EQ(found("drift/adwin_numpy_12345.csv"), (std::vector<std::uint64_t>{1023 + 1}));
  EXPECT_EQ(found("drift/adwin_random_42.csv"), (std::vector<std::uint64_t>{1023 + 1, 2015 + 1, 3007 + 1}));
}

}  // namespace
}  // namespace drover::drift
