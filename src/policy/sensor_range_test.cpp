#include "policy/sensor_range.h"

#include <gtest/gtest.h>

#include "policy/check_against.h"

namespace drover::policy {
namespace {

TEST(Sensors, every_key_is_read) {
  const auto policy = parse_policy(
      "[[sensor]]\nfeature = \"mean\"\nblack = 4\nsaturated = 251.5\n[[sensor]]\nfeature = \"std\"\n");
  ASSERT_TRUE(policy) << policy.error().text();
  EXPECT_EQ(policy->sensors, (std::vector<SensorRange>{{.feature = "mean", .black = 4, .saturated = 251.5},
                                                       {.feature = "std"}}));
}

TEST(Sensors, a_refusal_names_line_and_column) {
  constexpr std::pair<std::string_view, std::string_view> kRows[] = {
      {"sensor = 1\n", "line 1, column 10: sensor: tables [[sensor]] are needed"},
      {"[[sensor]]\nblack = 1\n", "line 1, column 1: sensor: feature is missing"},
      {"[[sensor]]\nfeature = \"a\"\nblack = 2\nsaturated = 2\n",
       "line 1, column 1: sensor: black lies below saturated"},
      {"[[sensor]]\nfeature = \"a\"\n[[sensor]]\nfeature = \"a\"\n",
       "line 3, column 1: sensor: \"a\" stands twice"},
      {"[[sensor]]\ndark = 1\n", "line 2, column 1: unknown key: sensor.dark"},
  };
  for (const auto& [toml, message] : kRows) {
    const auto policy = parse_policy(toml);
    ASSERT_FALSE(policy) << toml;
    EXPECT_EQ(policy.error().message, message);
  }
}

TEST(Sensors, of_a_feature_that_the_baseline_lacks_are_refused) {
  const auto policy = parse_policy("[[sensor]]\nfeature = \"mean\"\n");
  const std::vector<std::string> features = {"std"};
  EXPECT_EQ(check_against(*policy, {.features = features}).error().message,
            "line 1, column 1: sensor: there is no feature \"mean\"; the baseline has: std");
}

}  // namespace
}  // namespace drover::policy
