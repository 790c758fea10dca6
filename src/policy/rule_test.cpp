#include "policy/rule.h"

#include <gtest/gtest.h>

#include "policy/policy.h"

namespace drover::policy {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

TEST(Rules, every_key_is_read) {
  const auto policy = parse_policy(R"_([[rule]]
name = "low-confidence"
when = "mean(confidence) < 0.75"
for = "5m"
resolve = "mean(confidence) > 0.78"
keep_firing_for = "3m"
over = "1h"
min_samples = 12
action = ["rollback", "alert"]

[[rule]]
name = "silent"
when = "absent()"
)_");
  ASSERT_TRUE(policy) << policy.error().text();
  EXPECT_EQ(policy->rules, (std::vector<Rule>{{.name = "low-confidence",
                                               .when = *parse_condition("mean(confidence) < 0.75"),
                                               .lasting = minutes(5),
                                               .resolve = *parse_condition("mean(confidence) > 0.78"),
                                               .keep_firing_for = minutes(3),
                                               .over = hours(1),
                                               .min_samples = 12,
                                               .actions = {Action::alert, Action::rollback}},
                                              {.name = "silent",
                                               .when = *parse_condition("absent()"),
                                               .resolve = *parse_condition("not absent()")}}));
  EXPECT_EQ(policy->rules[1].min_samples, 30u);
  EXPECT_EQ(parse_policy("[[rule]]\nname = \"far\"\nwhen = \"ks(*) > 0.1\"\n")->rules[0].min_samples, 500u);
  EXPECT_EQ(policy->rules[1].actions.list(), std::vector{Action::alert});
}

TEST(Rules, what_stands_in_the_brackets_keeps_its_place) {
  const auto policy = parse_policy(
      "[[rule]]\nname = \"a\"\nwhen = '''\n  p50(blur) > 1'''\nresolve = \"p50(\\u0062) < 1\"\n");
  ASSERT_TRUE(policy) << policy.error().text();
  const Rule& rule = policy->rules.at(0);
  EXPECT_EQ(rule.at.line, 1u);
  EXPECT_EQ(rule.when_of_at.line, 4u);
  EXPECT_EQ(rule.when_of_at.column, 7u);
  EXPECT_EQ(rule.resolve_of_at.line, 5u);
  EXPECT_EQ(rule.resolve_of_at.column, 16u);
}

TEST(Rules, a_refusal_names_line_column_and_key) {
  struct Row {
    std::string_view toml, message;
  };
  constexpr Row kRows[] = {
      {"rule = 1\n", "line 1, column 8: rule: tables [[rule]] are needed"},
      {"[rule]\nname = \"a\"\n", "line 1, column 1: rule: tables [[rule]] are needed"},
      {"rule = [1]\n", "line 1, column 8: rule: tables [[rule]] are needed"},
      {"[[rule]]\nwhen = \"absent()\"\n", "line 1, column 1: rule: name is missing"},
      {"\n[[rule]]\nname = \"a\"\n", "line 2, column 1: rule: when is missing"},
      {"[[rule]]\nname = \"A b\"\n", "line 2, column 8: name: 1 to 64 of a-z, 0-9 and - are needed"},
      {"[[rule]]\nwhere = \"a\"\n", "line 2, column 1: unknown key: rule.where"},
      {"[[rule]]\nname = \"a\"\nwhen = \"mean(confidence) <> 0.75\"\n",
       "line 3, column 27: when: a number is needed"},
      {"[[rule]]\nname = \"a\"\nwhen = 'share(\"\u00e4\") = 1'\n",
       "line 3, column 20: when: one of < <= > >= is needed"},
      {"[[rule]]\nname = \"a\"\nwhen = \"\"\"\\\n   share(x)\\\n    = 1\"\"\"\n",
       "line 5, column 5: when: one of < <= > >= is needed"},
      {"[[rule]]\nname = \"a\"\nwhen = \"drift(*)\"\nfor = \"5m\"\n",
       "line 4, column 7: for: an alarm is a moment; keep_firing_for keeps it up"},
      {"[[rule]]\nname = \"a\"\nwhen = 3\n", "line 3, column 8: when: a text of 1 to 512 bytes is needed"},
      {"[[rule]]\nname = \"a\"\nwhen = \"rate() < 1\"\nresolve = \"rate() > 0.5\"\n",
       "line 4, column 11: resolve: \"rate() > 0.5\" can hold while \"rate() < 1\" does"},
      {"[[rule]]\nfor = \"-1m\"\n", "line 2, column 7: for: \"-1m\" is not a duration between 0s and 90d"},
      {"[[rule]]\nover = \"2d\"\n", "line 2, column 8: over: \"2d\" is not a duration between 0s and 1d"},
      {"[[rule]]\nmin_samples = 0\n",
       "line 2, column 15: min_samples: a whole number from 1 to 1000000000 is needed"},
      {"[[rule]]\naction = \"alert\"\n",
       "line 2, column 10: action: a list of 1 to 4 texts such as [\"alert\", \"rollback\"] is needed"},
      {"[[rule]]\naction = []\n",
       "line 2, column 10: action: a list of 1 to 4 texts such as [\"alert\", \"rollback\"] is needed"},
      {"[[rule]]\naction = [\"alert\", \"panic\"]\n",
       "line 2, column 20: action: there is no action \"panic\"; there are alert, rollback, hold and "
       "retrain"},
      {"[[rule]]\naction = [\"alert\", \"alert\"]\n", "line 2, column 20: action: \"alert\" stands twice"},
      {"[[rule]]\nname = \"a\"\nwhen = \"absent()\"\n[[rule]]\nname = \"a\"\nwhen = \"absent()\"\n",
       "line 4, column 1: the name a stands twice"},
  };
  for (const Row& row : kRows) {
    const auto policy = parse_policy(row.toml);
    ASSERT_FALSE(policy) << row.toml;
    EXPECT_EQ(policy.error().code, Code::bad_toml);
    EXPECT_EQ(policy.error().message, row.message) << row.toml;
  }
}

TEST(Rules, are_at_most_64) {
  std::string toml;
  for (std::size_t i = 0; i < kRulesMax; ++i)
    toml += "[[rule]]\nname = \"r" + std::to_string(i) + "\"\nwhen = \"absent()\"\n";
  EXPECT_TRUE(parse_policy(toml));
  const auto policy = parse_policy(toml + "[[rule]]\nname = \"more\"\nwhen = \"absent()\"\n");
  ASSERT_FALSE(policy);
  EXPECT_EQ(policy.error().message, "line 193, column 1: rule: at most 64 are allowed");
}

}  // namespace
}  // namespace drover::policy
