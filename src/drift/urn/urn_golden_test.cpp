// The urn detector against golden data: tests/data/urn/ORIGIN.md says which program made it.
#include <gtest/gtest.h>

#include <cmath>

#include "base/digest.h"
#include "drift/baseline.h"
#include "drift/testing.h"
#include "drift/urn/tolerant_urn.h"
#include "drift/urn/urn.h"

namespace drover::drift {
namespace {

struct Story {
  const char* expected;
  const char* stream;
};

/// Feeds a stream to a detector; ln M at the places the golden file names, and the observation of the first
/// alarm.
template <typename Detector>
void follow(Detector detector, const Distribution& baseline, const char* stream,
            const nlohmann::json& expected) {
  const auto values = testing::column(stream);
  std::uint64_t alarm = 0;
  for (std::size_t t = 0; t < values.size(); ++t) {
    if (detector.update(baseline.bin(values[t], 0)) && alarm == 0) alarm = t + 1;
    if (const auto at = expected.at("log_M").find(std::to_string(t + 1)); at != expected.at("log_M").end())
      EXPECT_NEAR(std::log(detector.statistic()), at->get<double>(), 0.002) << stream << " at " << t + 1;
  }
  EXPECT_EQ(alarm, expected.at("alarm_after_observations").get<std::uint64_t>()) << stream;
}

TEST(UrnGolden, ExactModeFollowsTheReferenceImplementation) {
  const auto expected = testing::json_file("urn/expected.json");
  const auto baseline = make_distribution(testing::column("urn/baseline.csv"), 0, 1).value();
  for (const Story& story :
       {Story{"mean+0.5", "urn/stream_mean.csv"}, Story{"sigma*1.5", "urn/stream_sigma.csv"}})
    follow(Urn::make(baseline.slots, {}).value(), baseline, story.stream, expected.at(story.expected));
}

TEST(UrnGolden, TolerantModeFollowsTheReferenceImplementation) {
  const auto expected = testing::json_file("urn/tolerant_expected.json");
  const auto baseline = make_distribution(testing::column("urn/tolerant_baseline.csv"), 0, 1).value();
  const auto tables =
      std::make_shared<const TolerantTables>(make_tolerant_tables(baseline.slots, 0.02, 0.01).value());
  const auto fresh = TolerantUrn::make(tables, {}).value();
  EXPECT_DOUBLE_EQ(fresh.threshold(), expected["settings"]["threshold"].get<double>());
  for (const Story& story :
       {Story{"mean+1", "urn/tolerant_stream_mean.csv"}, Story{"sigma*1.5", "urn/tolerant_stream_sigma.csv"}})
    follow(fresh, baseline, story.stream, expected.at(story.expected));
}

TEST(UrnGolden, TheTablesAreTheReferenceOnes) {
  const auto expected = testing::json_file("urn/expected.json").at("tables");
  const Tilts& table = tilts();
  EXPECT_DOUBLE_EQ(table.weights[0], expected["prior_0"].get<double>());
  EXPECT_EQ(table.h[0][3], expected["h_bin0_loc+0.5"].get<float>());
  EXPECT_EQ(table.h[63][3], expected["h_bin63_loc+0.5"].get<float>());
  EXPECT_EQ(table.h[32][17], expected["h_bin32_scale+1.5"].get<float>());
  EXPECT_NEAR(mass_left(0), expected["R(0)"].get<double>(), 1e-15);
  EXPECT_NEAR(mass_left(100000), expected["R(1e5)"].get<double>(), 1e-15);
}

TEST(UrnGolden, TheTiltsAreTheSameBitsOnEveryMachine) {
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(tilts().h.data());
  EXPECT_EQ(sha256(ByteView(bytes, sizeof tilts().h)).hex(),
            "b10734bfc794c410dfc3e986fd43a061b294f235de495399e9eb214d4e0d6b60");
}

TEST(UrnGolden, TheTolerantTablesAreTheReferenceOnes) {
  const auto expected = testing::json_file("urn/tolerant_expected.json").at("tables");
  const auto baseline = make_distribution(testing::column("urn/tolerant_baseline.csv"), 0, 1).value();
  const auto tables = make_tolerant_tables(baseline.slots, 0.02, 0.01).value();
  for (const auto& [name, k] : {std::pair{"loc +1.1", 5}, std::pair{"scale 1.5", 17}}) {
    const auto& law = tables.laws[static_cast<std::size_t>(k)];
    EXPECT_EQ(law.lo, expected[name]["lo"].get<double>()) << name;
    EXPECT_EQ(law.hi, expected[name]["hi"].get<double>()) << name;
    EXPECT_NEAR(law.upper, expected[name]["U"].get<double>(), 1e-6) << name;
    EXPECT_NEAR(law.variation, expected[name]["TV"].get<double>(), 1e-6) << name;
  }
}

}  // namespace
}  // namespace drover::drift
