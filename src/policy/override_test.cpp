#include "policy/override.h"

#include <gtest/gtest.h>

#include "policy/policy.h"

namespace drover::policy {
namespace {

Policy signed_policy(std::string_view overridable) {
  const auto policy = parse_policy(fmt::format(R"_([[rule]]
name = "low"
when = "mean(confidence) < 0.75"
action = ["rollback"]
[[rule]]
name = "silent"
when = "absent()"
[[detector]]
name = "inputs"
{}
)_",
                                               overridable));
  EXPECT_TRUE(policy) << policy.error().text();
  return policy.value_or(Policy{});
}

TEST(Override, takes_the_place_of_what_has_its_name_and_leaves_the_rest) {
  const Policy policy = signed_policy("[override]\nrules = [\"low\", \"inputs\"]");
  const auto changed = overridden(policy, R"_([[rule]]
name = "low"
when = "mean(confidence) < 0.6"
[[detector]]
name = "inputs"
set = { alpha = 0.001 }
)_");
  ASSERT_TRUE(changed) << changed.error().text();
  Policy expected = policy;
  expected.rules[0] = {.name = "low",
                       .when = *parse_condition("mean(confidence) < 0.6"),
                       .resolve = *parse_condition("mean(confidence) >= 0.6")};
  expected.detectors[0].settings = {{"alpha", 0.001}};
  EXPECT_EQ(*changed, expected);
  EXPECT_EQ(overridden(policy, "").value(), policy);
}

TEST(Override, is_refused_where_the_version_does_not_allow_it) {
  struct Row {
    std::string_view allowed, toml, message;
  };
  constexpr Row kRows[] = {
      {"", "[[rule]]\nname = \"low\"\nwhen = \"absent()\"\n",
       "line 1, column 1: the version's policy does not let low be overridden"},
      {"[override]\nrules = [\"silent\"]", "\n[[detector]]\nname = \"inputs\"\n",
       "line 2, column 1: the version's policy does not let inputs be overridden"},
      {"[override]\nrules = [\"*\"]", "[[rule]]\nname = \"high\"\nwhen = \"absent()\"\n",
       "line 1, column 1: the version's policy has no high to override"},
      {"[override]\nrules = [\"*\"]", "[[rule]]\nname = \"inputs\"\nwhen = \"absent()\"\n",
       "line 1, column 1: the version's policy has no inputs to override"},
      {"[override]\nrules = [\"*\"]",
       "[[rule]]\nname = \"low\"\nwhen = \"absent()\"\n[[rule]]\nname = \"low\"\nwhen = \"absent()\"\n",
       "line 4, column 1: the name low stands twice"},
      {"[override]\nrules = [\"*\"]",
       "[[rule]]\nname = \"low\"\nwhen = \"absent()\"\naction = [\"retrain\"]\n",
       "line 1, column 1: low retrains, and there is no [retrain] that says how"},
      {"[override]\nrules = [\"*\"]", "[probation]\nmin_samples = 1\n",
       "line 1, column 2: unknown key: probation"},
      {"[override]\nrules = [\"*\"]", "[override]\nrules = [\"*\"]\n",
       "line 1, column 2: unknown key: override"},
  };
  for (const Row& row : kRows) {
    const auto changed = overridden(signed_policy(row.allowed), row.toml);
    ASSERT_FALSE(changed) << row.toml;
    EXPECT_EQ(changed.error().message, row.message) << row.toml;
  }
}

TEST(Override, names_what_the_policy_has) {
  const auto policy = parse_policy("[override]\nrules = [\"drift\", \"low\"]\n");
  ASSERT_FALSE(policy);
  EXPECT_EQ(policy.error().message, "line 2, column 19: rules: there is no rule or detector \"low\"");
  EXPECT_FALSE(default_policy().overridable.has("drift"));
  EXPECT_TRUE(parse_policy("[override]\nrules = [\"*\"]\n")->overridable.has("drift"));
}

}  // namespace
}  // namespace drover::policy
