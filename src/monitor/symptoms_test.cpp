// What the alert of a rule says of the cause, after forty minutes of this and that.
#include "monitor/symptoms.h"

#include <gtest/gtest.h>

#include <functional>
#include <random>

#include "drift/reference.h"
#include "monitor/watch.h"

namespace drover::monitor {
namespace {

constexpr std::int64_t kMinute = 60'000, kStart = 1'767'225'600'000;
constexpr int kMinutes = 40, kEachMinute = 100;

/// One look of a camera. Of the baseline's, one in five is a defect, which is darker, and nearly none is
/// saturated.
struct Look {
  bool is_defect = false;
  float light = 0, saturated = 0, confidence = 0;
};

class Camera {
 public:
  explicit Camera(std::uint64_t seed) : random_(seed) {}
  Look look(double defects = 0.2) {
    Look look{.is_defect = uniform_(random_) < defects};
    look.light = static_cast<float>((look.is_defect ? 60 : 100) + 8 * normal_(random_));
    look.saturated = uniform_(random_) < 0.02 ? static_cast<float>(uniform_(random_)) : 0;
    look.confidence = static_cast<float>(0.9 + 0.02 * normal_(random_));
    return look;
  }

 private:
  std::mt19937_64 random_;
  std::normal_distribution<double> normal_;
  std::uniform_real_distribution<double> uniform_;
};

std::shared_ptr<const drift::Baseline> baseline() {
  static const auto made = [] {
    std::vector<tables::Column> columns(4);
    for (std::size_t i = 0; i < 4; ++i)
      columns[i].name = std::array{"light", "saturated", "confidence", "class"}[i];
    Camera camera(1);
    for (int i = 0; i < 5000; ++i) {
      const Look look = camera.look();
      columns[0].numbers.push_back(look.light);
      columns[1].numbers.push_back(look.saturated);
      columns[2].numbers.push_back(look.confidence);
      columns[3].texts.emplace_back(look.is_defect ? "defect" : "good");
    }
    return std::make_shared<const drift::Baseline>(*drift::make_baseline(columns, 1));
  }();
  return made;
}

struct Scene {
  double defects = 0.2;
  std::function<void(Look&)> spoil = [](Look&) {};
  double right = -1;  // share of the labels that are right; below 0: none come
  std::vector<policy::SensorRange> sensors = {};
};

/// The causes that the rule's alert names, the clearest first, and by what.
nlohmann::json causes_after(const Scene& scene) {
  policy::Policy policy;
  policy.rules = {{.name = "busy", .when = *policy::parse_condition("rate() > 0")}};
  policy.rules[0].resolve = policy::negation(policy.rules[0].when);
  policy.rules[0].lasting = std::chrono::minutes(kMinutes);
  policy.sensors = scene.sensors;
  const auto watch = *Watch::make(baseline(), {"good", "defect"}, policy, {});
  watch->set_holdout({.at_ms = kStart, .samples = 1000, .right = 900});
  Camera camera(7);
  std::optional<Closed> closed;
  for (int minute = 0; minute < kMinutes; ++minute) {
    closed = watch->tick(kStart + minute * kMinute);
    for (int i = 0; i < kEachMinute; ++i) {
      Look look = camera.look(scene.defects);
      scene.spoil(look);
      ring::Record record{.id = static_cast<std::uint64_t>(minute * kEachMinute + i + 1)};
      record.class_index = look.is_defect ? 1 : 0;
      record.confidence = look.confidence;
      record.feature_count = 2;
      record.features[0] = look.light;
      record.features[1] = look.saturated;
      watch->add(record);
      if (scene.right >= 0) watch->add_label(i < scene.right * kEachMinute);
    }
  }
  closed = watch->tick(kStart + kMinutes * kMinute);
  if (!closed || closed->findings.empty()) return "no alert";
  return closed->findings[0].verdict["causes"];
}

std::string first_of(const nlohmann::json& causes) {
  return causes.is_array() && !causes.empty() ? causes[0]["cause"].get<std::string>() : causes.dump();
}

TEST(Symptoms, NothingIsNamedWhereNothingChanged) { EXPECT_EQ(causes_after({}), nlohmann::json::array()); }

TEST(Symptoms, AFeatureThatIsZeroByNatureIsNoSensorFault) {
  const auto causes = causes_after({.spoil = [](Look& look) { look.saturated = 0; }});
  EXPECT_EQ(causes, nlohmann::json::array()) << causes;
}

TEST(Symptoms, OtherThingsBeforeTheSameCameraAreAClassMix) {
  const auto causes = causes_after({.defects = 0.6});
  EXPECT_EQ(first_of(causes), "class mix") << causes;
  EXPECT_EQ(causes.size(), 1u) << causes;
}

TEST(Symptoms, ALampThatDimsIsACovariateShiftInAnyMix) {
  for (const double defects : {0.2, 0.6}) {
    const auto causes = causes_after({.defects = defects, .spoil = [](Look& look) { look.light -= 12; }});
    EXPECT_EQ(first_of(causes), "covariate shift") << causes;
  }
}

TEST(Symptoms, ConfidenceThatFallsAloneIsTheRuntime) {
  const auto causes = causes_after({.spoil = [](Look& look) { look.confidence -= 0.05F; }});
  EXPECT_EQ(first_of(causes), "runtime or quantisation fault") << causes;
}

TEST(Symptoms, LabelsThatDisagreeAreConceptDrift) {
  EXPECT_EQ(first_of(causes_after({.right = 0.5})), "concept drift");
  EXPECT_EQ(causes_after({.right = 0.9}), nlohmann::json::array());
}

TEST(Symptoms, ASensorAtAnEndOfItsRangeIsFaulty) {
  const std::vector<policy::SensorRange> known = {{.feature = "light", .black = 5, .saturated = 250}};
  const auto at = [&](float light) {
    return causes_after(
        {.spoil = [light](Look& look) { look.light = light + look.confidence; }, .sensors = known});
  };
  const auto black = at(0), saturated = at(252), within = at(30);
  EXPECT_EQ(first_of(black), "sensor fault");
  EXPECT_TRUE(black[0]["because"].contains("black")) << black;
  EXPECT_TRUE(saturated[0]["because"].contains("saturated")) << saturated;
  EXPECT_EQ(first_of(within), "covariate shift") << within;
}

TEST(Symptoms, AFeatureThatStandsStillIsASensorFault) {
  const auto causes = causes_after({.spoil = [](Look& look) { look.light = 97; }});
  EXPECT_EQ(first_of(causes), "sensor fault") << causes;
  EXPECT_TRUE(causes[0]["because"].contains("frozen")) << causes;
}

}  // namespace
}  // namespace drover::monitor
