#include "monitor/watch.h"

#include <gtest/gtest.h>

#include "monitor/testing.h"
#include "monitor/verdict.h"

namespace drover::monitor {
namespace {

using testing::inferences;

constexpr std::int64_t kMinute = 60'000, kStart = 1'767'225'600'000;

policy::Rule rule(std::string name, std::string_view when, std::chrono::milliseconds lasting = {}) {
  policy::Rule made;
  made.name = std::move(name);
  made.when = *policy::parse_condition(when);
  made.resolve = policy::negation(made.when);
  made.lasting = lasting;
  return made;
}

policy::Policy low_confidence() {
  policy::Policy policy;
  policy.rules = {rule("low-confidence", "mean(confidence) < 0.75", std::chrono::minutes(5))};
  policy.rules[0].actions = {policy::Action::alert, policy::Action::rollback};
  return policy;
}

policy::Policy drift_on_all() {
  policy::Policy policy;
  policy.detectors = {{.name = "inputs", .settings = {{"tolerance", 0.02}}}};
  return policy;
}

std::unique_ptr<Watch> watch(policy::Policy policy) {
  auto made = Watch::make(testing::baseline(), {"good", "defect"}, std::move(policy), {});
  EXPECT_TRUE(made);
  return std::move(*made);
}

/// One minute after the other, `count` inferences each, of this light and confidence.
class Minutes {
 public:
  explicit Minutes(Watch& of) : watch_(&of) {}
  void now_on(Watch& other) { watch_ = &other; }

  std::optional<Closed> pass(std::size_t count, double light = 100, double confidence = 0.9) {
    auto closed = watch_->tick(now_ms_);
    for (const ring::Record& record : inferences(count, ++seed_, light, confidence)) watch_->add(record);
    now_ms_ += kMinute;
    return closed;
  }
  /// The findings of the window that just passed.
  std::vector<Finding> end() {
    auto closed = watch_->tick(now_ms_);
    return closed ? closed->findings : std::vector<Finding>{};
  }

 private:
  Watch* watch_;
  std::int64_t now_ms_ = kStart;
  std::uint64_t seed_ = 100;
};

TEST(Watch, ClosesWindowsAtWholeMinutes) {
  const auto watching = watch({});
  EXPECT_FALSE(watching->tick(kStart + 12'345));
  watching->add(inferences(1, 1)[0]);
  EXPECT_EQ(watching->ends_ms(), kStart + kMinute);
  EXPECT_FALSE(watching->tick(kStart + kMinute - 1));
  const auto closed = watching->tick(kStart + kMinute);
  ASSERT_TRUE(closed);
  EXPECT_EQ(closed->window.begin_ms, kStart);
  EXPECT_EQ(closed->window.inferences(), 1u);
  EXPECT_EQ(watching->tick(kStart - kMinute)->window.inferences(), 0u) << "the clock was set back";
  EXPECT_EQ(watching->finish()->window.begin_ms, kStart - kMinute);
  EXPECT_FALSE(watching->finish());
}

TEST(Watch, FiresAfterFiveLowMinutesAndSaysWhy) {
  const auto watching = watch(low_confidence());
  Minutes minutes(*watching);
  for (int i = 0; i < 3; ++i) minutes.pass(60);
  std::vector<std::string> said;
  std::optional<Finding> fired;
  for (int i = 0; i < 7; ++i) {
    minutes.pass(60, 100, 0.70);
    for (const Finding& finding : minutes.end()) {
      said.push_back(std::to_string(i) + " " + std::string(policy::name(finding.change)));
      if (finding.change == policy::Change::fired) fired = finding;
    }
  }
  EXPECT_EQ(said, (std::vector<std::string>{"0 pending", "4 fired"}));
  EXPECT_EQ(watching->firing(), std::vector<std::string>{"low-confidence"});
  ASSERT_TRUE(fired);
  EXPECT_TRUE(fired->actions.has(policy::Action::rollback));
  EXPECT_TRUE(fired->why.starts_with("mean(confidence) < 0.75: 0.68")) << fired->why;
  const auto explained = explain(nlohmann::json::parse(fired->verdict.dump()));
  ASSERT_TRUE(explained) << explained.error().text();
  EXPECT_TRUE(explained->same) << explained->text;
}

TEST(Watch, AHoldoutIsJudgedFromWhenItWasMeasuredAndOverARestart) {
  policy::Policy policy;
  policy.rules = {rule("holdout", "holdout_accuracy() < 0.9")};
  const auto first = watch(policy), second = watch(policy);
  Minutes minutes(*first);
  minutes.pass(10);
  EXPECT_TRUE(minutes.end().empty()) << "nothing is known of it yet";
  const std::uint64_t before = first->changes();
  first->set_holdout({.at_ms = kStart, .samples = 200, .right = 178});
  EXPECT_GT(first->changes(), before) << "to be kept now";
  EXPECT_TRUE(second->restore(first->save()).empty());
  EXPECT_EQ(second->holdout(), first->holdout());
  for (Watch* watching : {first.get(), second.get()}) {
    minutes.now_on(*watching);
    minutes.pass(10);
    const auto findings = minutes.end();
    ASSERT_EQ(findings.size(), 1u);
    EXPECT_EQ(findings[0].change, policy::Change::fired);
    EXPECT_NE(findings[0].why.find("0.89"), std::string::npos) << findings[0].why;
  }
  second->set_holdout({.at_ms = kStart + 1, .samples = 200, .right = 180});
  minutes.pass(10);
  EXPECT_EQ(minutes.end().at(0).change, policy::Change::resolved);
}

TEST(Watch, AHoldoutThatWasKeptBrokenIsUnknown) {
  const nlohmann::json good = {{"at_ms", 1}, {"samples", 2}, {"right", 1}};
  EXPECT_TRUE(holdout_from_json(good));
  for (const auto& [key, value] :
       std::vector<std::pair<const char*, nlohmann::json>>{{"at_ms", -1},
                                                           {"at_ms", ~std::uint64_t{0}},
                                                           {"samples", 0},
                                                           {"samples", "2"},
                                                           {"right", 3},
                                                           {"right", 0.5},
                                                           {"right", nullptr}}) {
    nlohmann::json bad = good;
    bad[key] = value;
    const auto read = holdout_from_json(bad);
    ASSERT_FALSE(read) << bad;
    EXPECT_EQ(read.error().code, Code::bad_state);
  }
}

TEST(Watch, NamesTheFeatureThatDriftedAndNothingElse) {
  const auto watching = watch(drift_on_all());
  Minutes minutes(*watching);
  for (int i = 0; i < 10; ++i) {
    minutes.pass(60);
    EXPECT_TRUE(minutes.end().empty());
  }
  std::vector<Finding> findings;
  for (int i = 0; i < 5 && findings.empty(); ++i) {
    minutes.pass(60, 80);
    findings = minutes.end();
  }
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].rule, "inputs/light");
  EXPECT_EQ(findings[0].kind, FindingKind::detector);
  EXPECT_EQ(findings[0].change, policy::Change::fired);
  EXPECT_EQ(findings[0].verdict["alarm"]["direction"], "down");
  EXPECT_EQ(findings[0].verdict["causes"][0]["cause"], "covariate shift") << findings[0].verdict["causes"];
}

TEST(Watch, AnAlarmIsMadeAgainFromItsVerdictToTheBit) {
  const auto watching = watch(drift_on_all());
  Minutes minutes(*watching);
  std::vector<Finding> findings;
  for (int i = 0; i < 20 && findings.empty(); ++i) {
    minutes.pass(60, i < 5 ? 100 : 80);
    findings = minutes.end();
  }
  ASSERT_FALSE(findings.empty());
  nlohmann::json verdict = nlohmann::json::parse(findings[0].verdict.dump());
  const auto explained = explain(verdict);
  ASSERT_TRUE(explained) << explained.error().text();
  EXPECT_TRUE(explained->same) << explained->text;
  EXPECT_EQ(explained->made["statistic"], verdict["alarm"]["statistic"].get<double>());
  auto forged = *drift::parse_evidence(*from_hex(verdict["evidence"].get<std::string>()));
  forged.observations[forged.observations.size() / 2] = 40;
  verdict["evidence"] = hex(drift::to_bytes(forged));
  EXPECT_FALSE(explain(verdict)->same);
}

TEST(Watch, AStuckSensorIsNamedAsTheCause) {
  const auto watching = watch(drift_on_all());
  watching->tick(kStart);
  for (std::uint64_t i = 0; i < 600; ++i) watching->add(testing::inference(i + 1, 0, 0.9F, 5.0F, 100.0F));
  const auto closed = watching->tick(kStart + kMinute);
  ASSERT_TRUE(closed);
  ASSERT_FALSE(closed->findings.empty());
  EXPECT_EQ(closed->findings[0].verdict["causes"][0]["cause"], "sensor fault")
      << closed->findings[0].verdict["causes"];
}

TEST(Watch, JudgesTheLastHourAgainstTheBaseline) {
  const auto watching = watch(drift_on_all());
  Minutes minutes(*watching);
  std::optional<Closed> closed;
  for (int i = 0; i < 20; ++i) closed = minutes.pass(60, 90);
  ASSERT_TRUE(closed && closed->judged);
  const auto& light = closed->judged->columns.at("light");
  EXPECT_EQ(light.n, 19u * 60);
  EXPECT_TRUE(light.psi.enough);
  EXPECT_NEAR(light.ks.lower, 0.38, 0.05);
  EXPECT_LT(closed->judged->columns.at("noise").ks.lower, 0.06);
  EXPECT_GT(closed->judged->classes->p, 0.001);
  EXPECT_TRUE(light.standing.has_value());
  EXPECT_FALSE(watch({})->tick(0));
}

TEST(Watch, ADistanceIsUnknownUntilItsSpanHasFilledAndHoldsEnough) {
  policy::Policy policy;
  policy.rules = {rule("far", "ks(light) > 0.3")};
  policy.rules[0].over = std::chrono::minutes(5);
  policy.rules[0].min_samples = 500;
  const auto fired_in_minute = [&](std::size_t each_minute) {
    const auto watching = watch(policy);
    Minutes minutes(*watching);
    for (int minute = 1; minute <= 12; ++minute) {
      minutes.pass(each_minute, 50);
      if (!minutes.end().empty()) return minute;
    }
    return 0;
  };
  EXPECT_EQ(fired_in_minute(200), 5);
  EXPECT_EQ(fired_in_minute(80), 0);
}

TEST(Watch, GoesOnAfterARestartInAnyState) {
  auto watching = watch(low_confidence());
  Minutes minutes(*watching);
  std::vector<std::string> said;
  for (int i = 0; i < 12; ++i) {
    minutes.pass(60, 100, i < 8 ? 0.70 : 0.9);
    for (const Finding& finding : minutes.end())
      said.push_back(std::to_string(i) + " " + std::string(policy::name(finding.change)));
    const auto saved = nlohmann::json::parse(watching->save().dump());
    watching = watch(low_confidence());
    EXPECT_TRUE(watching->restore(saved).empty());
    minutes.now_on(*watching);
  }
  EXPECT_EQ(said, (std::vector<std::string>{"0 pending", "4 fired", "8 resolved"}));
}

TEST(Watch, DetectorsGoOnAfterARestartToTheSameBits) {
  const auto run = [](bool restarts) {
    auto watching = watch(drift_on_all());
    Minutes minutes(*watching);
    std::string said;
    for (int i = 0; i < 20; ++i) {
      minutes.pass(60, i < 8 ? 100 : 95);
      for (const Finding& finding : minutes.end())
        said += finding.rule + " " + finding.verdict["alarm"].dump() + "\n";
      if (!restarts) continue;
      const auto saved = nlohmann::json::parse(watching->save().dump());
      watching = watch(drift_on_all());
      EXPECT_TRUE(watching->restore(saved).empty());
      minutes.now_on(*watching);
    }
    return said;
  };
  const std::string said = run(false);
  EXPECT_FALSE(said.empty());
  EXPECT_EQ(run(true), said);
}

TEST(Watch, TakesUpWhatFitsOfAnOtherPolicysState) {
  const auto before = watch(drift_on_all());
  const auto after = watch(low_confidence());
  EXPECT_EQ(after->restore(before->save()), std::vector<std::string>{"low-confidence"});
  EXPECT_EQ(after->restore("nonsense"), std::vector<std::string>{"all"});
}

}  // namespace
}  // namespace drover::monitor
