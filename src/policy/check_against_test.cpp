#include "policy/check_against.h"

#include <gtest/gtest.h>

namespace drover::policy {
namespace {

const std::vector<std::string> kFeatures = {"blur", "mean"}, kLabels = {"good", "hot dog"};
const BundleNames kAllThere = {kFeatures, kLabels, true, true, true};

std::string rule(std::string_view when) { return fmt::format("[[rule]]\nname = \"a\"\nwhen = '{}'\n", when); }

Status check(const std::string& toml, const BundleNames& names) {
  const auto policy = parse_policy(toml);
  EXPECT_TRUE(policy) << policy.error().text();
  return policy ? check_against(*policy, names) : Status();
}

TEST(CheckAgainst, takes_what_is_there) {
  for (const char* when : {"mean(confidence) < 0.5", "p95(latency_ms) > 5", "p05(confidence) < 0.5",
                           "p50(blur) < 5", "ks(*) > 0.3", "ks(mean) > 0.3", "ks(confidence) > 0.3",
                           "psi(class) > 0.3", "share(hot dog) > 0.9", "rate() < 1", "error_rate() > 0.1",
                           "accuracy() < 0.9", "holdout_accuracy() < 0.9", "drift(*)", "absent()"})
    EXPECT_TRUE(check(rule(when), kAllThere)) << when;
  EXPECT_TRUE(check("[[detector]]\nname = \"a\"\non = [\"blur\", \"confidence\"]\n", kAllThere));
  for (const BundleNames& names : {kAllThere, BundleNames{}})
    EXPECT_TRUE(check_against(default_policy(), names)) << "which watches what there is";
  EXPECT_TRUE(check("[[detector]]\nname = \"a\"\ndetector = \"ks_sequential\"\n", kAllThere));
  for (const char* when : {"mean(confidence) < 0.5", "p05(confidence) < 0.5", "p95(latency_ms) > 5"})
    EXPECT_TRUE(check(rule(when), {})) << when;
  EXPECT_TRUE(check(rule("share(3) > 0.9"), {}));
  EXPECT_TRUE(check("[[detector]]\nname = \"a\"\ndetector = \"adwin\"\non = [\"confidence\"]\n", {}));
  EXPECT_TRUE(check("[[detector]]\nname = \"a\"\ndetector = \"ddm\"\non = [\"wrong\"]\n", {}));
}

TEST(CheckAgainst, names_line_and_column_of_what_is_not) {
  struct Row {
    std::string toml;
    BundleNames names;
    std::string_view message;
  };
  const Row kRows[] = {
      {rule("p50(blurr) < 5"), kAllThere,
       "line 3, column 13: there is no feature \"blurr\"; the baseline has: blur, mean"},
      {rule("ks(class) < 0.5"), kAllThere,
       "line 3, column 12: there is no feature \"class\"; the baseline has: blur, mean"},
      {rule("p50(blur) < 5"),
       {},
       "line 3, column 13: there is no feature \"blur\": the bundle has no baseline with features "
       "(--reference)"},
      {rule("absent()") + "resolve = \"ks(x) < 0.1\"\n", kAllThere,
       "line 4, column 15: there is no feature \"x\"; the baseline has: blur, mean"},
      {rule("ks(*) > 0.5"), {}, "line 3, column 12: the bundle has no baseline (--reference)"},
      {rule("ks(confidence) > 0.5"),
       {},
       "line 3, column 12: the bundle has no baseline of the confidence (--reference)"},
      {rule("psi(class) > 0.5"),
       {},
       "line 3, column 13: the bundle has no baseline of the classes (--reference)"},
      {rule("share(bad) > 0.5"), kAllThere,
       "line 3, column 15: there is no class \"bad\"; the labels are: good, hot dog"},
      {rule("share(0) > 0.5"), kAllThere,
       "line 3, column 15: there is no class \"0\"; the labels are: good, hot dog"},
      {rule("share(good) > 0.5"),
       {},
       "line 3, column 15: the model has no labels, so a class is a number, not \"good\""},
      {rule("holdout_accuracy() < 0.9"),
       {},
       "line 3, column 26: the bundle has no labelled holdout (--holdout)"},
      {"[[detector]]\nname = \"a\"\non = [\"blur\", \"x\"]\n", kAllThere,
       "line 3, column 15: on: there is no feature \"x\"; the baseline has: blur, mean"},
      {"[[detector]]\nname = \"a\"\non = [\"confidence\"]\n",
       {},
       "line 3, column 7: on: the bundle has no baseline of the confidence (--reference)"},
      {"[[detector]]\nname = \"a\"\nset = { alpha = 1e-9 }\n", kAllThere,
       "line 3, column 7: alpha = 1e-09 divided among 3 streams is 3.33e-10 for each, and detector urn takes "
       "no less "
       "than 1e-09; watch fewer or give a larger alpha"},
  };
  for (const Row& row : kRows) {
    const Status checked = check(row.toml, row.names);
    ASSERT_FALSE(checked) << row.toml;
    EXPECT_EQ(checked.error().code, Code::bad_toml);
    EXPECT_EQ(checked.error().message, row.message) << row.toml;
  }
}

}  // namespace
}  // namespace drover::policy
