#include "policy/retrain.h"

#include <gtest/gtest.h>

#include "policy/policy.h"

namespace drover::policy {
namespace {

TEST(Retraining, every_key_is_read) {
  const auto by_command = parse_policy(R"([retrain]
command = ["/usr/local/bin/retrain", "--why", "{evidence}"]
debounce = "2h"
daily_budget = 5
)");
  ASSERT_TRUE(by_command) << by_command.error().text();
  EXPECT_EQ(by_command->retrain, (Retrain{.command = {"/usr/local/bin/retrain", "--why", "{evidence}"},
                                          .debounce = std::chrono::hours(2),
                                          .daily_budget = 5}));
  const auto by_url = parse_policy("[retrain]\nurl = \"https://mlops.example/retrain?line=defect\"\n");
  ASSERT_TRUE(by_url) << by_url.error().text();
  EXPECT_EQ(by_url->retrain, Retrain{.url = "https://mlops.example/retrain?line=defect"});
  EXPECT_FALSE(default_policy().retrain);
}

TEST(Retraining, a_refusal_names_line_column_and_key) {
  struct Row {
    std::string toml;
    std::string_view message;
  };
  const Row kRows[] = {
      {"[retrain]\n", "line 1, column 1: retrain: one of command and url is needed"},
      {"[retrain]\nurl = \"https://a\"\ncommand = [\"b\"]\n",
       "line 1, column 1: retrain: one of command and url is needed"},
      {"[retrain]\ncommand = \"retrain\"\n",
       "line 2, column 11: command: a list of 1 to 64 texts such as [\"/usr/local/bin/retrain\", "
       "\"{evidence}\"] is "
       "needed"},
      {"[retrain]\ncommand = [\"a\", \"b\\u0000\"]\n",
       "line 2, column 17: command: no argument of a program holds a character 0"},
      {"[retrain]\nurl = \"ftp://a\"\n",
       "line 2, column 7: url: https://… is needed, or http:// to localhost, 127.0.0.1 or [::1]"},
      {"[retrain]\ndaily_budget = 0\n",
       "line 2, column 16: daily_budget: a whole number from 1 to 100 is needed"},
      {"[retrain]\ndebounce = 60\n", "line 2, column 12: debounce: a duration such as \"10m\" is needed"},
      {"[[rule]]\nname = \"a\"\nwhen = \"absent()\"\naction = [\"retrain\"]\n",
       "line 1, column 1: a retrains, and there is no [retrain] that says how"},
      {"[[detector]]\nname = \"a\"\naction = [\"retrain\"]\n",
       "line 1, column 1: a retrains, and there is no [retrain] that says how"},
  };
  for (const Row& row : kRows) {
    const auto policy = parse_policy(row.toml);
    ASSERT_FALSE(policy) << row.toml;
    EXPECT_EQ(policy.error().message, row.message) << row.toml;
  }
}

TEST(Retraining, evidence_goes_over_https_or_stays_on_the_machine) {
  for (const char* url : {"https://a", "https://a:8443/b?c#d", "https://[2001:db8::1]/x", "http://localhost",
                          "http://127.0.0.1:9/x", "http://[::1]:80"})
    EXPECT_TRUE(is_url_for_evidence(url)) << url;
  for (const char* url : {"", "a", "https://", "https://:80", "https:///x", "https://a b", "https://a\n",
                          "http://a", "http://localhost.example", "http://127.0.0.1@a",
                          "http://localhost:1@a", "http://[::1].a", "HTTP://localhost", "file:///etc/passwd"})
    EXPECT_FALSE(is_url_for_evidence(url)) << url;
}

}  // namespace
}  // namespace drover::policy
