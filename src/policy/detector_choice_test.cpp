#include "policy/detector_choice.h"

#include <gtest/gtest.h>

#include "policy/policy.h"

namespace drover::policy {
namespace {

using Values = drift::DetectorKind::Values;
using Names = std::vector<std::string>;

TEST(Detectors, every_key_is_read) {
  const auto policy = parse_policy(R"([[detector]]
name = "inputs"
detector = "ks_window"
on = ["blur", "confidence"]
set = { alpha = 0.001, window = 500 }
thin = false
action = ["alert", "hold"]

[[detector]]
name = "all"
)");
  ASSERT_TRUE(policy) << policy.error().text();
  EXPECT_EQ(policy->detectors, (std::vector<DetectorChoice>{{.name = "inputs",
                                                             .kind = "ks_window",
                                                             .on = {"blur", "confidence"},
                                                             .settings = {{"alpha", 0.001}, {"window", 500}},
                                                             .thin = false,
                                                             .actions = {Action::alert, Action::hold}},
                                                            {.name = "all"}}));
  EXPECT_EQ(policy->detectors[0].on_at.each.at(1).line, 4u);
  EXPECT_EQ(policy->detectors[0].on_at.each.at(1).column, 15u);
}

TEST(Detectors, the_default_is_one_that_alerts_and_none_is_an_empty_list) {
  EXPECT_EQ(default_policy().detectors.size(), 1u);
  EXPECT_EQ(parse_policy("[probation]\n")->detectors, default_policy().detectors);
  EXPECT_TRUE(parse_policy("detector = []\n")->detectors.empty());
  EXPECT_EQ(parse_policy(default_policy_text()).value(), default_policy());
}

TEST(Detectors, each_kind_can_be_chosen_by_name_with_each_of_its_settings) {
  for (const drift::DetectorKind& kind : drift::detector_kinds())
    for (const drift::Setting& setting : kind.settings) {
      const std::string toml =
          fmt::format("[[detector]]\nname = \"a\"\ndetector = \"{}\"\nset = {{ {} = {} }}\n", kind.name,
                      setting.name, setting.standard);
      const auto policy = parse_policy(toml);
      ASSERT_TRUE(policy) << toml << policy.error().text();
      EXPECT_EQ(policy->detectors[0].settings, (Values{{std::string(setting.name), setting.standard}}));
    }
}

TEST(Detectors, a_refusal_names_line_column_and_key) {
  struct Row {
    std::string_view toml, message;
  };
  constexpr Row kRows[] = {
      {"[[detector]]\n", "line 1, column 1: detector: name is missing"},
      {"[[detector]]\ndetector = \"crystal-ball\"\n",
       "line 2, column 12: detector: there is no detector \"crystal-ball\"; there are: urn, adwin, "
       "page_hinkley, cusum, "
       "kswin, ks_window, ks_sequential, psi_window, ddm, eddm, hddm_a, hddm_w"},
      {"[[detector]]\nname = \"a\"\nset = { alpha = 2 }\n",
       "line 3, column 9: set: alpha of detector urn must lie in [1e-09, 0.5], not 2"},
      {"[[detector]]\nname = \"a\"\nset = { alhpa = 0.01 }\n",
       "line 3, column 9: set: detector urn has no setting \"alhpa\"; it has: alpha, tolerance, restarts, "
       "life, seed"},
      {"[[detector]]\nname = \"a\"\nset = { life = 1.5 }\n",
       "line 3, column 9: set: life of detector urn must be a whole number, not 1.5"},
      {"[[detector]]\nname = \"a\"\nset = { alpha = nan }\n",
       "line 3, column 9: set: alpha of detector urn must lie in [1e-09, 0.5], not nan"},
      {"[[detector]]\nset = { alpha = \"low\" }\n", "line 2, column 17: set: alpha: a number is needed"},
      {"[[detector]]\nset = 0.01\n", "line 2, column 7: set: a table such as { alpha = 0.01 } is needed"},
      {"[[detector]]\non = [\"*\", \"blur\"]\n",
       "line 2, column 6: on: \"*\" is all there is and stands alone"},
      {"[[detector]]\non = [\"blur\", \"blur\"]\n", "line 2, column 15: on: \"blur\" stands twice"},
      {"[[detector]]\nname = \"a\"\ndetector = \"ddm\"\non = [\"failed\", \"blur\"]\n",
       "line 4, column 17: on: detector ddm takes errors, so \"failed\", \"wrong\" or \"*\" is needed"},
      {"[[detector]]\nthin = 1\n", "line 2, column 8: thin: true or false is needed"},
      {"[[detector]]\nname = \"a\"\n[[rule]]\nname = \"a\"\nwhen = \"absent()\"\n",
       "line 3, column 1: the name a stands twice"},
      {"[[rule]]\nname = \"a\"\nwhen = \"drift(inputs)\"\n",
       "line 3, column 15: there is no detector \"inputs\""},
      {"detector = []\n[[rule]]\nname = \"a\"\nwhen = \"drift(*)\"\n",
       "line 4, column 15: there is no detector"},
      {"[[rule]]\nname = \"a\"\nwhen = \"absent()\"\nresolve = \"not drift(b)\"\n",
       "line 4, column 22: there is no detector \"b\""},
  };
  for (const Row& row : kRows) {
    const auto policy = parse_policy(row.toml);
    ASSERT_FALSE(policy) << row.toml;
    EXPECT_EQ(policy.error().code, Code::bad_toml);
    EXPECT_EQ(policy.error().message, row.message) << row.toml;
  }
  std::string many;
  for (std::size_t i = 0; i <= kDetectorsMax; ++i) many += fmt::format("[[detector]]\nname = \"d{}\"\n", i);
  EXPECT_EQ(parse_policy(many).error().message, "line 33, column 1: detector: at most 16 are allowed");
}

TEST(Detectors, an_alpha_for_life_is_divided_among_the_streams) {
  EXPECT_EQ(settings_of({.settings = {{"alpha", 0.01}}}, 4).value(),
            (Values{{"alpha", 0.0025}, {"restarts", 1}, {"tolerance", 0.02}}));
  EXPECT_EQ(settings_of({.settings = {{"tolerance", 0}, {"restarts", 0}}}, 1).value(),
            (Values{{"alpha", 0.01}, {"restarts", 0}, {"tolerance", 0}}));
  EXPECT_EQ(settings_of({.kind = "ks_window", .settings = {{"alpha", 0.01}}}, 4).value(),
            (Values{{"alpha", 0.01}}));
  EXPECT_EQ(settings_of({.kind = "adwin"}, 4).value(), Values{});
  const auto less = settings_of({.kind = "ks_sequential"}, 6);
  ASSERT_FALSE(less);
  EXPECT_EQ(less.error().message,
            "alpha = 0.01 divided among 6 streams is 0.00167 for each, and detector ks_sequential takes no "
            "less than "
            "0.002; watch fewer or give a larger alpha");
}

TEST(Detectors, a_star_is_every_feature_and_the_confidence_or_both_streams_of_errors) {
  const Names features = {"blur", "mean"};
  EXPECT_EQ(streams_of({}, features, true), (Names{"blur", "mean", "confidence"}));
  EXPECT_EQ(streams_of({}, features, false), features);
  EXPECT_EQ(streams_of({.on = {"mean"}}, features, true), Names{"mean"});
  EXPECT_EQ(streams_of({.kind = "hddm_a"}, features, true), (Names{"failed", "wrong"}));
}

}  // namespace
}  // namespace drover::policy
