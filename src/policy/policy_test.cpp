#include "policy/policy.h"

#include <gtest/gtest.h>

namespace drover::policy {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

TEST(Policy, an_empty_file_is_the_default) {
  const auto policy = parse_policy("");
  ASSERT_TRUE(policy) << policy.error().text();
  EXPECT_EQ(*policy, default_policy());
  EXPECT_EQ(policy->probation.duration, minutes(10));
  EXPECT_EQ(policy->probation.min_samples, 100u);
}

TEST(Policy, every_key_is_read) {
  const auto policy = parse_policy(R"([probation]
duration = "90s"
min_samples = 7
max_increase = 1
min_absolute = 0.25
adopt_within = "30s"
crash_max = 2
rule = "guard"
min_labels = 8
confidence_drop_max = 0.2
latency_increase_max = 3
drift = true
alpha = 0.001
)");
  ASSERT_TRUE(policy) << policy.error().text();
  EXPECT_EQ(policy->probation, (Probation{.duration = seconds(90),
                                          .min_samples = 7,
                                          .min_labels = 8,
                                          .max_increase = 1.0,
                                          .min_absolute = 0.25,
                                          .confidence_drop_max = 0.2,
                                          .latency_increase_max = 3.0,
                                          .drift = true,
                                          .adopt_within = seconds(30),
                                          .crash_max = 2,
                                          .rule = ProbationRule::guard,
                                          .alpha = 0.001}));
}

TEST(Policy, a_refusal_names_line_column_and_key) {
  struct Row {
    std::string_view toml;
    std::string_view message;
  };
  constexpr Row kRows[] = {
      {"[probation]\nmin_sample = 5\n", "line 2, column 1: unknown key: probation.min_sample"},
      {"\n\n[probations]\n", "line 3, column 2: unknown key: probations"},
      {"probation = 3\n", "line 1, column 13: probation: a table [probation] is needed"},
      {"[probation]\nduration = 600\n", "line 2, column 12: duration: a duration such as \"10m\" is needed"},
      {"[probation]\nduration = \"soon\"\n",
       "line 2, column 12: duration: \"soon\" is not a duration between 1ms and 90d"},
      {"[probation]\nduration = \"0s\"\n",
       "line 2, column 12: duration: \"0s\" is not a duration between 1ms and 90d"},
      {"[probation]\nmin_samples = -1\n",
       "line 2, column 15: min_samples: a whole number from 0 to 1000000000 is needed"},
      {"[probation]\nmin_samples = 1.5\n",
       "line 2, column 15: min_samples: a whole number from 0 to 1000000000 is needed"},
      {"[probation]\nmax_increase = nan\n",
       "line 2, column 16: max_increase: a number from 0 to 100 is needed"},
      {"[probation]\nmin_absolute = 1.5\n",
       "line 2, column 16: min_absolute: a number from 0 to 1 is needed"},
      {"[probation]\nrule = \"strict\"\n", "line 2, column 8: rule: \"plain\" or \"guard\" is needed"},
      {"[probation]\nalpha = 0\n", "line 2, column 9: alpha: a number from 1e-09 to 0.5 is needed"},
      {"[probation]\ndrift = 1\n", "line 2, column 9: drift: true or false is needed"},
  };
  for (const Row& row : kRows) {
    const auto policy = parse_policy(row.toml);
    ASSERT_FALSE(policy) << row.toml;
    EXPECT_EQ(policy.error().code, Code::bad_toml);
    EXPECT_EQ(policy.error().message, row.message);
  }
}

TEST(Policy, text_that_is_not_toml_is_refused_with_its_place) {
  const auto policy = parse_policy("[probation]\nduration = \n");
  ASSERT_FALSE(policy);
  EXPECT_EQ(policy.error().code, Code::bad_toml);
  EXPECT_EQ(policy.error().message.find("line 2, column "), 0u) << policy.error().message;
}

TEST(Policy, a_key_that_begins_as_no_key_does_is_refused_and_nothing_ends) {
  for (const auto* text : {"[[:", "[:", "[[", "a.:=1", "a = {:", "[[://x\uFCFF:0"}) {
    const auto policy = parse_policy(text);
    ASSERT_FALSE(policy) << text;
    EXPECT_EQ(policy.error().message.find("line 1, column "), 0u) << policy.error().message;
  }
}

TEST(Policy, a_file_beyond_64_KiB_is_refused) {
  const auto policy = parse_policy(std::string(65537, '\n'));
  ASSERT_FALSE(policy);
  EXPECT_EQ(policy.error().code, Code::too_large);
}

}  // namespace
}  // namespace drover::policy
