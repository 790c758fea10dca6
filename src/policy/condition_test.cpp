#include "policy/condition.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <limits>

namespace drover::policy {
namespace {

Condition read(std::string_view text) {
  const auto condition = parse_condition(text);
  EXPECT_TRUE(condition) << text << ": " << condition.error().text();
  return condition.value_or(Condition{});
}

TEST(Condition, is_read_as_it_is_meant) {
  struct Row {
    std::string_view text;
    Condition meant;
  };
  const Row kRows[] = {
      {"mean(confidence) < 0.75", {{Function::mean, 0, "confidence"}, Comparison::less, 0.75}},
      {"mean(latency_ms)>=20", {{Function::mean, 0, "latency_ms"}, Comparison::at_least, 20}},
      {"p95(latency_ms) > 1e3", {{Function::percentile, 95, "latency_ms"}, Comparison::more, 1000}},
      {"  p01 ( sharpness ) <= -3.5 ", {{Function::percentile, 1, "sharpness"}, Comparison::at_most, -3.5}},
      {"rate() < 0.1", {{Function::rate}, Comparison::less, 0.1}},
      {"share(hot dog) > 0.5", {{Function::share, 0, "hot dog"}, Comparison::more, 0.5}},
      {R"_(share("a \"b\" (c)") > 0.5)_", {{Function::share, 0, "a \"b\" (c)"}, Comparison::more, 0.5}},
      {"ks(*) > 0.3", {{Function::ks, 0, "*"}, Comparison::more, 0.3}},
      {"psi(class) > 0.25", {{Function::psi, 0, "class"}, Comparison::more, 0.25}},
      {"error_rate() > 0.02", {{Function::error_rate}, Comparison::more, 0.02}},
      {"accuracy() < 0.9", {{Function::accuracy}, Comparison::less, 0.9}},
      {"holdout_accuracy() < 0.9", {{Function::holdout_accuracy}, Comparison::less, 0.9}},
      {"drift(drift-inputs)", {.term = {Function::drift, 0, "drift-inputs"}}},
      {"not drift(*)", {.term = {Function::drift, 0, "*"}, .negated = true}},
      {"absent()", {.term = {Function::absent}}},
  };
  for (const Row& row : kRows) EXPECT_EQ(read(row.text), row.meant) << row.text;
}

TEST(Condition, a_refusal_names_the_column) {
  struct Row {
    std::string_view text, message;
  };
  constexpr Row kRows[] = {
      {"",
       "column 1: there is no function \"\"; there are mean, p01 to p99, rate, share, ks, psi, drift, "
       "error_rate, accuracy, holdout_accuracy and absent"},
      {"mean confidence < 1", "column 6: \"(\" is needed after mean"},
      {"mean(confidence < 0.75", "column 23: \")\" is needed"},
      {"mean(sharpness) < 1",
       "column 6: means are kept of confidence and latency_ms only; p50(sharpness) is the median of "
       "sharpness"},
      {"mean() < 1", "column 6: mean() needs confidence or latency_ms in its brackets"},
      {"share() < 1", "column 7: share() needs a class in its brackets"},
      {"rate(x) < 1", "column 6: rate() takes nothing in its brackets"},
      {"rate() = 1", "column 8: one of < <= > >= is needed"},
      {"rate() < fast", "column 10: a number is needed"},
      {"rate() < 1e999", "column 10: a number is needed"},
      {"rate() < nan", "column 10: a number is needed"},
      {"rate() < inf", "column 10: a number is needed"},
      {"rate() < -1", "column 10: rate() lies between 0 and inf, so -1 says nothing of it"},
      {"mean(confidence) < 75", "column 20: mean(confidence) lies between 0 and 1, so 75 says nothing of it"},
      {"rate() < 1 and absent()", "column 12: nothing may follow: a rule has one condition"},
      {"rate() < 5%", "column 11: nothing may follow: a rule has one condition"},
      {"drift(x) > 0.5", "column 10: nothing may follow: drift() is true or false"},
      {"not rate() < 1", "column 1: \"not\" stands before drift() and absent() only"},
      {"share(\"a) < 1", "column 7: the quotes are not closed"},
      {"share(\"\") < 1", "column 7: a name of no characters"},
      {"share(größe) = 1", "column 14: one of < <= > >= is needed"},
  };
  for (const Row& row : kRows) {
    const auto condition = parse_condition(row.text);
    ASSERT_FALSE(condition) << row.text;
    EXPECT_EQ(condition.error().code, Code::invalid_argument);
    EXPECT_EQ(condition.error().message, row.message) << row.text;
  }
  for (const char* word : {"p00", "p5", "p100", "pxx", "p", "P50", "Mean"})
    EXPECT_FALSE(parse_condition(std::string(word) + "(confidence) < 0.5")) << word;
  EXPECT_FALSE(parse_condition("share(" + std::string(kNameBytesMax + 1, 'x') + ") < 0.5"));
  EXPECT_FALSE(parse_condition("rate() < 1" + std::string(kConditionBytesMax, ' ')));
}

TEST(Condition, holds_on_its_side_of_the_limit_and_is_unknown_without_a_figure) {
  struct Row {
    std::string_view text;
    bool below, at, above;
  };
  constexpr Row kRows[] = {{"rate() < 2", true, false, false},
                           {"rate() <= 2", true, true, false},
                           {"rate() > 2", false, false, true},
                           {"rate() >= 2", false, true, true}};
  for (const Row& row : kRows) {
    const Condition condition = read(row.text);
    EXPECT_EQ(holds(condition, 1.9), row.below) << row.text;
    EXPECT_EQ(holds(condition, 2.0), row.at) << row.text;
    EXPECT_EQ(holds(condition, 2.1), row.above) << row.text;
    EXPECT_EQ(holds(condition, std::nullopt), std::nullopt) << row.text;
    EXPECT_EQ(holds(condition, std::numeric_limits<double>::quiet_NaN()), std::nullopt) << row.text;
  }
  EXPECT_EQ(holds(read("drift(*)"), 1.0), true);
  EXPECT_EQ(holds(read("not drift(*)"), 1.0), false);
  EXPECT_EQ(holds(read("absent()"), 0.0), false);
  EXPECT_EQ(holds(read("absent()"), std::nullopt), std::nullopt);
}

TEST(Condition, overlaps_where_one_figure_makes_both_hold) {
  struct Row {
    std::string_view a, b;
    bool overlap;
  };
  constexpr Row kRows[] = {
      {"rate() < 2", "rate() > 2", false},   {"rate() < 2", "rate() >= 2", false},
      {"rate() <= 2", "rate() >= 2", true},  {"rate() < 2", "rate() > 1.9", true},
      {"rate() < 2", "rate() > 3", false},   {"rate() < 2", "rate() < 1", true},
      {"absent()", "not absent()", false},   {"drift(a)", "drift(a)", true},
      {"drift(a)", "drift(b)", false},       {"rate() > 2", "rate() < 2.5", true},
      {"p50(a) > 2", "p51(a) < 2.5", false},
  };
  for (const Row& row : kRows)
    EXPECT_EQ(overlap(read(row.a), read(row.b)), row.overlap) << row.a << ", " << row.b;
}

rc::Gen<Condition> any_condition() {
  return rc::gen::exec([] {
    const auto name = *rc::gen::suchThat(rc::gen::container<std::string>(rc::gen::arbitrary<char>()),
                                         [](const auto& text) { return !text.empty() && text.size() < 100; });
    const double limit = *rc::gen::arbitrary<double>();
    const auto comparison = static_cast<Comparison>(*rc::gen::inRange(0, 4));
    switch (*rc::gen::inRange(0, 4)) {
      case 0:
        return Condition{
            {Function::percentile, *rc::gen::inRange<std::uint8_t>(1, 100), "x" + name}, comparison, limit};
      case 1:
        return Condition{{Function::share, 0, name}, comparison, std::abs(std::remainder(limit, 1.0))};
      case 2:
        return Condition{.term = {Function::drift, 0, name}, .negated = *rc::gen::arbitrary<bool>()};
      default:
        return Condition{{Function::rate}, comparison, std::abs(limit)};
    }
  });
}

TEST(Condition, what_is_written_is_read_as_the_same_and_its_negation_holds_elsewhere) {
  EXPECT_TRUE(rc::check([] {
    const Condition condition = *any_condition();
    const auto again = parse_condition(to_string(condition));
    RC_ASSERT(again.has_value());
    RC_ASSERT(*again == condition);
    const double figure =
        *rc::gen::element(condition.limit, condition.limit - 1, condition.limit + 1, 0.0, 1.0);
    RC_ASSERT(*holds(condition, figure) != *holds(negation(condition), figure));
    RC_ASSERT(!overlap(condition, negation(condition)));
  }));
}

}  // namespace
}  // namespace drover::policy
