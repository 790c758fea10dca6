#include "agent/watching.h"

#include <gtest/gtest.h>

#include "base/log.h"
#include "bundle/sample_bundle.h"
#include "fs/sim_file_system.h"
#include "monitor/testing.h"

namespace drover::agent {
namespace {

using monitor::testing::inferences;

constexpr std::string_view kPolicy = R"(
[[rule]]
name = "low-confidence"
when = "mean(confidence) < 0.75"
for = "5m"
action = ["alert", "rollback"]
[[rule]]
name = "wrong"
when = "accuracy() < 0.5"
min_samples = 10
action = ["hold", "retrain"]
[[rule]]
name = "holdout"
when = "holdout_accuracy() < 0.9"
[retrain]
command = ["/bin/true", "{evidence}"]
)";

/// An agent's other parts, which answer as they are told to and remember what they were asked.
struct Hands : WatchHands {
  void tell(nlohmann::json entry) override {
    if (entry.contains("holdout")) holdouts.push_back(entry["holdout"]);
    for (const char* list : {"windows", "alerts"})
      if (entry.contains(list))
        for (auto& each : entry[list])
          (list[0] == 'w' ? windows : each["kind"] == "rule" ? alerts : alarms).push_back(each);
  }
  std::optional<std::string> take_back(const ModelName&, const lifecycle::Failure& why) override {
    asked.push_back("take_back " + std::string(name(why.code)));
    return answer;
  }
  void hold(const ModelName&, bool is_held) override { held = is_held; }
  std::string retrain(const ModelName&, const policy::Policy&, const nlohmann::json& evidence) override {
    asked.push_back("retrain " + evidence["rule"].get<std::string>());
    return "retraining asked for";
  }
  void alarmed(const ModelName&, const Digest&, const std::string& why) override {
    heeded.push_back(why.substr(0, why.find(':')));
  }
  void labelled(const ModelName&, const Digest&, const monitor::Labelled& labels) override {
    labels_seen += labels.seen;
    labels_wrong += labels.wrong;
  }

  std::vector<nlohmann::json> windows, alerts, alarms, holdouts;
  std::vector<std::string> asked, heeded;
  std::optional<std::string> answer = "rolled back to 1.0.0";
  bool held = false;
  std::uint64_t labels_seen = 0, labels_wrong = 0;
};

class WatchingTest : public testing::Test {
 protected:
  void SetUp() override {
    log::start("watching", log::Format::text, log::Level::error);
    ASSERT_TRUE(store_.open());
    ASSERT_TRUE(store_.prepare(kModel));
    install("1.0.0");
    install("1.1.0");
    begin("1.1.0");
  }
  static Digest digest(std::string_view version) { return sha256(version); }
  void install(std::string_view version) {
    const fs::Path at = store_.paths(kModel).version(digest(version));
    ASSERT_TRUE(fs::make_directories(files_, at));
    bundle::Manifest manifest = bundle::sample_manifest();
    manifest.version = *Version::parse(version);
    for (const auto& [path, bytes] : bundle::sample_members())
      manifest.members[path] = {.sha256 = sha256(bytes), .size = bytes.size()};
    write(at / "manifest.json", bundle::to_json(manifest));
    write(at / "baseline.json", drift::to_json(*monitor::testing::baseline()));
    write(at / "policy.toml", std::string(kPolicy));
  }
  void write(const fs::Path& path, const std::string& text) {
    ASSERT_TRUE(fs::write_atomically(files_, path, as_bytes(text)));
  }
  /// An agent that comes up with this version active.
  void begin(std::string_view version) {
    watching_.emplace(store_, clock_, "/state/watch", monitor::Watch::Options{}, hands_);
    activate(version);
  }
  void activate(std::string_view version) {
    watching_->active_changed(kModel, installed(version));
    active_ = digest(version);
  }
  static lifecycle::Installed installed(std::string_view version) {
    lifecycle::Installed installed;
    installed.version = *Version::parse(version);
    installed.digest = digest(version);
    return installed;
  }
  void measure(std::string_view version, std::uint64_t right) {
    bundle::HoldoutReport report;
    report.samples = 200;
    report.right = right;
    watching_->measured(kModel, installed(version), report);
  }
  /// A minute in which the active version infers.
  void pass(std::size_t count, double confidence = 0.9) {
    for (ring::Record record : inferences(count, ++seed_, 100, confidence)) {
      record.digest = active_.bytes;
      watching_->record(kModel, record);
      ids_.push_back(record.id);
    }
    watching_->drained(kModel, 0, 0);
    clock_.advance(std::chrono::minutes(1));
    watching_->pump();
  }
  [[nodiscard]] std::uint64_t seen_in_all() const {
    std::uint64_t seen = 0;
    for (const auto& window : hands_.windows)
      for (const auto& count : window["window"]["outcomes"]) seen += count.get<std::uint64_t>();
    return seen;
  }
  void label(std::uint64_t id, std::int32_t truth) {
    ring::Record record{.id = id, .kind = ring::Kind::label};
    record.class_index = truth;
    watching_->record(kModel, record);
  }

  const ModelName kModel = *ModelName::parse("defect");
  fs::SimFileSystem files_;
  ManualClock clock_{UnixTime(std::chrono::seconds(1'767'225'600))};
  DeviceStore store_{files_, "/state"};
  Hands hands_;
  std::optional<Watching> watching_;
  Digest active_;
  std::vector<std::uint64_t> ids_;
  std::uint64_t seed_ = 50;
};

TEST_F(WatchingTest, every_minute_is_told_as_a_window_with_what_it_says_of_drift) {
  pass(60);
  pass(60);
  ASSERT_EQ(hands_.windows.size(), 2u);
  const auto& window = hands_.windows[1];
  EXPECT_EQ(window["version"], "1.1.0");
  EXPECT_EQ(window["window"]["end_ms"], 1'767'225'600'000 + 120'000);
  EXPECT_NEAR(window["confidence_rolling"].get<double>(), 0.9, 0.02);
  EXPECT_EQ(window["drift"]["columns"]["light"]["n"], 120);
}

TEST_F(WatchingTest, a_rule_that_fires_takes_the_version_back_and_tells_why) {
  for (int minute = 0; minute < 6; ++minute) pass(60, 0.7);
  EXPECT_EQ(hands_.asked, std::vector<std::string>{"take_back rule_fired"});
  ASSERT_EQ(hands_.alerts.size(), 2u);
  EXPECT_EQ(hands_.alerts[0]["change"], "pending");
  const auto& alert = hands_.alerts[1];
  EXPECT_EQ(alert["change"], "fired");
  EXPECT_EQ(alert["outcome"], "rolled back to 1.0.0");
  EXPECT_EQ(alert["at_ms"], 1'767'225'600'000 + 300'000);
  EXPECT_EQ(alert["verdict"]["condition"], "mean(confidence) < 0.75");
}

TEST_F(WatchingTest, a_rollback_that_cannot_be_now_is_asked_for_while_the_rule_fires) {
  hands_.answer.reset();
  for (int minute = 0; minute < 7; ++minute) pass(60, 0.7);
  EXPECT_EQ(hands_.asked.size(), 3u);
  EXPECT_EQ(hands_.alerts.back()["outcome"], "the rollback waits for the update under way");
  for (int minute = 0; minute < 3; ++minute) pass(60);
  EXPECT_EQ(hands_.asked.size(), 3u) << "the rule resolved";
}

TEST_F(WatchingTest, labels_are_counted_under_their_inference_however_they_come) {
  pass(20);
  std::vector<std::uint64_t> ids = ids_;
  std::ranges::reverse(ids);
  for (const std::uint64_t id : ids) label(id, 0);
  label(ids[0], 1);  // a second time
  label(424242, 1);  // nobody's
  pass(5);
  EXPECT_EQ(hands_.labels_seen, 20u);
  EXPECT_EQ(hands_.labels_wrong, 4u) << "one in five is a defect";
  EXPECT_EQ(hands_.windows[1]["window"]["labelled"], 20);
  EXPECT_EQ(hands_.windows[1]["window"]["right"], 16);
}

TEST_F(WatchingTest, a_label_may_come_before_its_inference_by_a_drain) {
  const ring::Record late = [&] {
    ring::Record record = inferences(1, 999)[0];
    record.digest = active_.bytes;
    return record;
  }();
  label(late.id, late.class_index);
  watching_->drained(kModel, 0, 0);
  watching_->record(kModel, late);
  watching_->drained(kModel, 0, 0);
  EXPECT_EQ(hands_.labels_seen, 1u);
}

TEST_F(WatchingTest, probation_hears_of_each_alarm_of_a_detector) {
  for (int minute = 0; minute < 60 && hands_.alarms.empty(); ++minute) pass(60, 0.5);
  ASSERT_FALSE(hands_.alarms.empty());
  ASSERT_EQ(hands_.heeded.size(), hands_.alarms.size());
  EXPECT_EQ(hands_.heeded[0], hands_.alarms[0]["rule"].get<std::string>());
}

TEST_F(WatchingTest, a_rule_may_hold_the_version_and_ask_for_a_retraining) {
  pass(20);
  for (const std::uint64_t id : ids_) label(id, 1);
  pass(5);
  EXPECT_TRUE(hands_.held);
  EXPECT_EQ(hands_.asked, std::vector<std::string>{"retrain wrong"});
  EXPECT_EQ(hands_.alerts.back()["outcome"], "held; retraining asked for");
}

TEST_F(WatchingTest, a_measured_holdout_is_told_and_shown_and_judged_at_the_next_windows_end) {
  EXPECT_TRUE(watching_->status(kModel).is_null());
  pass(10);
  EXPECT_FALSE(watching_->status(kModel).contains("holdout"));
  EXPECT_TRUE(hands_.alerts.empty()) << "nobody knows how well it does";
  measure("1.1.0", 178);
  EXPECT_EQ(hands_.holdouts, (std::vector<nlohmann::json>{{{"model", "defect"},
                                                           {"version", "1.1.0"},
                                                           {"digest", digest("1.1.0").hex()},
                                                           {"at_ms", 1'767'225'660'000},
                                                           {"samples", 200},
                                                           {"right", 178},
                                                           {"accuracy", 0.89}}}));
  EXPECT_EQ(watching_->status(kModel)["holdout"]["accuracy"], 0.89);
  EXPECT_TRUE(hands_.alerts.empty());
  pass(10);
  ASSERT_EQ(hands_.alerts.size(), 1u);
  EXPECT_EQ(hands_.alerts[0]["rule"], "holdout");
  EXPECT_EQ(hands_.alerts[0]["change"], "fired");
}

TEST_F(WatchingTest, a_measured_holdout_survives_a_power_cut_and_is_the_versions_own) {
  measure("1.1.0", 190);
  begin("1.1.0");  // without a goodbye
  ASSERT_TRUE(watching_->holdout(kModel));
  EXPECT_EQ(watching_->holdout(kModel)->right, 190u);
  EXPECT_EQ(watching_->status(kModel)["holdout"]["right"], 190) << "before the first window";
  activate("1.0.0");
  EXPECT_FALSE(watching_->holdout(kModel));
  measure("1.1.0", 100);
  EXPECT_FALSE(watching_->holdout(kModel)) << "of the version before";
  activate("1.1.0");
  EXPECT_TRUE(watching_->holdout(kModel));
}

TEST_F(WatchingTest, a_rule_that_fires_goes_on_over_a_restart_and_asks_for_nothing_twice) {
  measure("1.1.0", 100);
  pass(10);
  ASSERT_EQ(hands_.alerts.size(), 1u);
  begin("1.1.0");
  pass(10);
  EXPECT_EQ(hands_.alerts.size(), 1u) << "it fires still";
}

TEST_F(WatchingTest, a_version_that_is_taken_up_again_can_be_taken_back_again) {
  for (int minute = 0; minute < 5; ++minute) pass(60, 0.7);
  ASSERT_EQ(hands_.asked.size(), 1u);
  activate("1.0.0");
  activate("1.1.0");
  EXPECT_EQ(hands_.alerts.back()["change"], "resolved");
  EXPECT_EQ(hands_.alerts.back()["why"], "the version was taken up anew");
  for (int minute = 0; minute < 5; ++minute) pass(60, 0.7);
  EXPECT_EQ(hands_.asked, (std::vector<std::string>{"take_back rule_fired", "take_back rule_fired"}));
}

TEST_F(WatchingTest, what_is_held_is_held_after_a_restart) {
  pass(10);
  for (const std::uint64_t id : ids_) label(id, 5);
  pass(1);
  ASSERT_TRUE(hands_.held);
  hands_.held = false;
  begin("1.1.0");
  EXPECT_TRUE(hands_.held);
}

TEST_F(WatchingTest, a_rollback_that_waits_is_done_after_a_restart) {
  hands_.answer.reset();
  for (int minute = 0; minute < 5; ++minute) pass(60, 0.7);
  ASSERT_EQ(hands_.asked.size(), 1u);
  begin("1.1.0");
  hands_.answer = "rolled back to 1.0.0";
  pass(60, 0.7);
  EXPECT_EQ(hands_.asked.size(), 2u);
  pass(60, 0.7);
  EXPECT_EQ(hands_.asked.size(), 2u) << "it is done";
}

TEST_F(WatchingTest, a_pending_row_survives_a_power_cut_in_any_minute) {
  for (int minute = 0; minute < 6; ++minute) {
    pass(60, 0.7);
    begin("1.1.0");  // without a goodbye
  }
  ASSERT_FALSE(hands_.alerts.empty());
  EXPECT_EQ(hands_.alerts.back()["change"], "fired");
  EXPECT_EQ(hands_.alerts.back()["at_ms"], 1'767'225'600'000 + 300'000);
}

TEST_F(WatchingTest, a_stop_in_the_middle_of_a_minute_loses_no_inference) {
  pass(60);
  for (ring::Record record : inferences(30, 7)) {
    record.digest = active_.bytes;
    watching_->record(kModel, record);
  }
  clock_.advance(std::chrono::seconds(20));
  watching_->stop();
  begin("1.1.0");
  clock_.advance(std::chrono::seconds(-20));
  pass(30);
  ASSERT_EQ(hands_.windows.size(), 2u);
  EXPECT_EQ(hands_.windows[1]["window"]["outcomes"][1], 60) << "a whole window, told once";
}

TEST_F(WatchingTest, a_stop_in_the_middle_of_a_minute_breaks_no_row) {
  for (int minute = 0; minute < 5; ++minute) {
    for (ring::Record record : inferences(29, 70 + static_cast<std::uint64_t>(minute), 100, 0.7)) {
      record.digest = active_.bytes;
      watching_->record(kModel, record);
    }
    watching_->stop();
    begin("1.1.0");
    pass(29, 0.7);
  }
  EXPECT_EQ(hands_.asked, std::vector<std::string>{"take_back rule_fired"});
}

TEST_F(WatchingTest, a_window_that_ended_while_the_agent_was_away_is_told_by_the_next) {
  for (ring::Record record : inferences(30, 7)) {
    record.digest = active_.bytes;
    watching_->record(kModel, record);
  }
  watching_->stop();
  EXPECT_TRUE(hands_.windows.empty());
  clock_.advance(std::chrono::hours(3));
  begin("1.1.0");
  watching_->pump();
  ASSERT_EQ(hands_.windows.size(), 1u);
  EXPECT_EQ(hands_.windows[0]["window"]["outcomes"][1], 30);
  begin("1.1.0");  // killed
  clock_.advance(std::chrono::minutes(1));
  watching_->pump();
  EXPECT_EQ(seen_in_all(), 30u) << "and not twice";
}

TEST_F(WatchingTest, a_label_finds_its_inference_over_a_stop_of_the_agent) {
  pass(20);
  watching_->stop();
  begin("1.1.0");
  for (const std::uint64_t id : ids_) label(id, 0);
  pass(1);
  EXPECT_EQ(hands_.labels_seen, 20u);
}

TEST_F(WatchingTest, an_application_that_still_runs_another_version_is_counted) {
  const auto infer = [&](const Digest& of) {
    ring::Record record = inferences(1, ++seed_)[0];
    record.digest = of.bytes;
    watching_->record(kModel, record);
  };
  infer(digest("1.0.0"));
  infer(digest("9.9.9"));
  infer(digest("9.9.9"));
  pass(1);
  std::map<std::string, std::uint64_t> seen, bad;
  for (const auto& window : hands_.windows) {
    seen[window["version"]] += window["window"]["outcomes"][1].get<std::uint64_t>();
    bad[window["version"]] += window["window"]["bad"].get<std::uint64_t>();
  }
  EXPECT_EQ(seen, (std::map<std::string, std::uint64_t>{{"1.0.0", 1}, {"1.1.0", 1}}));
  EXPECT_EQ(bad["1.1.0"], 2u) << "what is not here";
}

TEST_F(WatchingTest, the_version_before_a_swap_is_counted_until_it_falls_silent) {
  const Digest before = active_;
  pass(60);
  activate("1.0.0");
  ring::Record straggler = inferences(1, 5)[0];
  straggler.digest = before.bytes;
  watching_->record(kModel, straggler);
  pass(60);
  pass(60);
  std::map<std::string, int> windows;
  for (const auto& window : hands_.windows) ++windows[window["version"].get<std::string>()];
  EXPECT_EQ(windows, (std::map<std::string, int>{{"1.1.0", 2}, {"1.0.0", 2}}));
}

TEST_F(WatchingTest, a_version_whose_baseline_is_damaged_is_counted_all_the_same) {
  write(store_.paths(kModel).version(digest("1.0.0")) / "baseline.json", "{");
  activate("1.0.0");
  pass(60, 0.7);
  EXPECT_EQ(hands_.windows.back()["window"]["outcomes"][1], 60);
  EXPECT_FALSE(hands_.windows.back().contains("drift"));
}

}  // namespace
}  // namespace drover::agent
