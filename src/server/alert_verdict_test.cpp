#include "server/alert_verdict.h"

#include <gtest/gtest.h>

namespace drover::server {
namespace {

using nlohmann::json;

const ModelName kModel = ModelName::parse("defect").value();
UnixTime at(std::int64_t seconds) { return UnixTime(std::chrono::seconds(seconds)); }

/// Assigned at 1000: 1.1.0 by order 4; the device runs it and had 1.0.0 before.
shadow::Document usual(const json& change = json::object()) {
  json desired = {{"models", {{"defect", {{"version", "1.1.0"}, {"order", 4U}}}}}};
  json reported = {{"models", {{"defect", {{"version", "1.1.0"}, {"order", 4U}, {"previous", "1.0.0"}}}}}};
  desired.merge_patch(change.value("desired", json::object()));
  reported.merge_patch(change.value("reported", json::object()));
  return shadow::apply({}, {.desired = desired, .reported = reported}, at(1000)).value();
}

json model(const json& members) { return {{"models", {{"defect", members}}}}; }

OutsideAlert alert(const std::string& version = "1.1.0", bool firing = true, std::int64_t began = 2000) {
  return {.fingerprint = "f",
          .firing = firing,
          .began = at(began),
          .name = "Low",
          .device = "cam-1",
          .model = "defect",
          .version = version};
}

struct Row {
  const char* when;
  OutsideAlert alert;
  AlertCase found;
  const char* word;
  const char* to;   // "" for no new assignment
  const char* why;  // a part of it
};

TEST(AlertVerdict, FollowsTheTable) {
  const AlertCase rollback{.act = HookAct::rollback, .shadow = usual()};
  const auto with = [](HookAct act, const json& change) {
    return AlertCase{.act = act, .shadow = usual(change)};
  };
  AlertCase rolled_back = rollback, older_rollback = rollback, withdrawn = rollback;
  rolled_back.rollback = 4;
  older_rollback.rollback = 3;
  withdrawn.withdrawn = Version::parse("1.0.0").value();
  OutsideAlert no_data = alert();
  no_data.name = "DatasourceNoData";
  const json on_its_way = {{"desired", model({{"version", "1.2.0"}, {"order", 5U}})}};
  const json given_up = {{"desired", model({{"version", "1.2.0"}, {"order", 5U}})},
                         {"reported", model({{"order", 5U}})}};
  const Row rows[] = {
      {"it fires", alert(), rollback, "rolled_back", "1.0.0", "1.1.0 is taken back to 1.0.0"},
      {"it names no version", alert(""), rollback, "rolled_back", "1.0.0", ""},
      {"an older rollback was overruled", alert(), older_rollback, "rolled_back", "1.0.0", ""},
      {"the device took the newest back itself", alert(), with(HookAct::rollback, given_up), "rolled_back",
       "1.0.0", ""},
      {"it is over", alert("1.1.0", false), rollback, "recorded", "", "resolved"},
      {"the query gave nothing", no_data, rollback, "recorded", "", "no verdict"},
      {"the owner wants records",
       alert(),
       {.act = HookAct::record, .shadow = usual()},
       "recorded",
       "",
       "hooks.act"},
      {"it is about another version", alert("1.0.0"), rollback, "recorded", "", "about 1.0.0"},
      {"it began before the assignment", alert("", true, 999), rollback, "recorded", "",
       "before the present"},
      {"nothing was reported", alert(), {.act = HookAct::rollback}, "held", "", "not reported"},
      {"there is no previous version", alert(),
       with(HookAct::rollback, {{"reported", model({{"previous", nullptr}})}}), "held", "", "no previous"},
      {"the previous version was withdrawn", alert(), withdrawn, "held", "", "withdrawn"},
      {"a rollback by an alert stands", alert(), rolled_back, "held", "", "a person decides"},
      {"another version is on its way", alert(), with(HookAct::rollback, on_its_way), "held", "",
       "1.2.0 is on its way"},
      {"hold, and another is on its way", alert(), with(HookAct::hold, on_its_way), "held", "1.1.0",
       "the assignment of 1.2.0 is withdrawn"},
      {"hold, and nothing is on its way", alert(), with(HookAct::hold, json::object()), "held", "",
       "no other version"},
      {"the shadow is nonsense", alert(), with(HookAct::rollback, {{"reported", {{"models", 7}}}}), "held",
       "", "not reported"},
  };
  for (const Row& row : rows) {
    const AlertVerdict verdict = judge_alert(row.alert, kModel, row.found);
    EXPECT_STREQ(verdict.word, row.word) << row.when << ": " << verdict.why;
    EXPECT_EQ(verdict.to ? verdict.to->str() : "", row.to) << row.when;
    EXPECT_EQ(verdict.assignment.has_value(), *row.to != '\0') << row.when;
    EXPECT_NE(verdict.why.find(row.why), std::string::npos) << row.when << ": " << verdict.why;
  }
}

TEST(AlertVerdict, ARollbackIsAnAssignmentWithANewOrder) {
  const AlertVerdict verdict = judge_alert(alert(), kModel, {.act = HookAct::rollback, .shadow = usual()});
  ASSERT_TRUE(verdict.assignment);
  EXPECT_EQ(verdict.assignment->order, 5u);
  const auto after = shadow::apply(usual(), verdict.assignment->update, at(3000)).value();
  EXPECT_EQ(after.desired["models"]["defect"], (json{{"version", "1.0.0"}, {"order", 5U}}));
  AlertCase next{.act = HookAct::rollback, .shadow = after, .rollback = verdict.assignment->order};
  EXPECT_STREQ(judge_alert(alert("", true, 4000), kModel, next).word, "held") << "no second step back";
}

TEST(HookPolicy, IsForAllOrByModel) {
  const HookPolicy policy = HookPolicy::parse("defect=rollback,hold,kws=record").value();
  EXPECT_EQ(policy.of(kModel), HookAct::rollback);
  EXPECT_EQ(policy.of(ModelName::parse("kws").value()), HookAct::record);
  EXPECT_EQ(policy.of(ModelName::parse("other").value()), HookAct::hold);
  EXPECT_EQ(HookPolicy{}.of(kModel), HookAct::record) << "nothing happens unless it is allowed";
  for (const char* bad : {"roll", "defect=", "=rollback", "UP=hold", "defect=rollback, hold", ",hold"})
    EXPECT_EQ(HookPolicy::parse(bad).error().code, Code::invalid_argument) << bad;
}

}  // namespace
}  // namespace drover::server
