// What every Store must do with alerts of other systems.
#include "db/store_conformance.h"

namespace drover::db {
namespace {

class OutsideAlertConformance : public StoreConformance {};

TEST_P(OutsideAlertConformance, DecidesOnAnAlertOnceAndKeepsItWithTheShadowAndTheAudit) {
  const OutsideAlertRow alert{"f1", "2026-01-01T00:00:00Z", "firing", "cam", "defect"};
  const AuditRow line{.at = at(7), .who = "hook", .action = "alert", .target = "cam", .detail = {}};
  int decisions = 0;
  const auto roll_back = [&](const OutsideAlertGround& ground) -> Result<OutsideAlertDecision> {
    ++decisions;
    EXPECT_EQ(ground.shadow, "before");
    EXPECT_FALSE(ground.rollback);
    return OutsideAlertDecision{"rolled_back", R"({"to":"1.0.0"})", "after", 4};
  };
  ASSERT_TRUE(store->change_shadow("cam", "", [](const auto&) { return Result<std::string>("before"); }));
  ASSERT_TRUE(store->decide_outside_alert(alert, line, roll_back)->is_new);
  reopen();
  const auto again = store->decide_outside_alert(alert, line, roll_back).value();
  EXPECT_FALSE(again.is_new);
  EXPECT_EQ(again.word, "rolled_back");
  EXPECT_EQ(decisions, 1);
  EXPECT_EQ(store->load_shadow("cam", "").value(), "after");
  ASSERT_EQ(store->list_audit(0, 9)->size(), 1u);
  EXPECT_EQ(store->list_audit(0, 9)->front().detail, R"({"to":"1.0.0"})");
}

TEST_P(OutsideAlertConformance, AnAlertWhoseDecisionFailsLeavesNothingAndIsDecidedLater) {
  const OutsideAlertRow alert{"f1", "t", "firing", "cam", "defect"},
      resolved{"f1", "t", "resolved", "cam", "defect"};
  const auto refuse = [](const auto&) -> Result<OutsideAlertDecision> { return fail(Code::conflict, "no"); };
  EXPECT_EQ(store->decide_outside_alert(alert, {.at = at(1)}, refuse).error().code, Code::conflict);
  EXPECT_TRUE(store->list_audit(0, 9)->empty());
  std::optional<std::uint64_t> rollback_seen;
  const auto record = [&](const OutsideAlertGround& ground) -> Result<OutsideAlertDecision> {
    rollback_seen = ground.rollback;
    return OutsideAlertDecision{"recorded", "{}", std::nullopt, 9};
  };
  EXPECT_TRUE(store->decide_outside_alert(alert, {.at = at(2)}, record)->is_new);
  EXPECT_FALSE(rollback_seen);
  EXPECT_TRUE(store->decide_outside_alert(resolved, {.at = at(3)}, record)->is_new)
      << "another status is another alert";
  EXPECT_EQ(rollback_seen, 9u) << "the order of the last rollback of that model there";
  EXPECT_FALSE(store->load_shadow("cam", "").value());
}

TEST_P(OutsideAlertConformance, RemembersAnAlertForAsLongAsItIsSent) {
  const auto record = [](const auto&) -> Result<OutsideAlertDecision> {
    return OutsideAlertDecision{"recorded", "{}", std::nullopt, std::nullopt};
  };
  const OutsideAlertRow sent_again{"a", "t", "firing", "", ""}, sent_once{"b", "t", "firing", "", ""};
  for (const auto& alert : {sent_again, sent_once})
    ASSERT_TRUE(store->decide_outside_alert(alert, {.at = at(1)}, record));
  ASSERT_FALSE(store->decide_outside_alert(sent_again, {.at = at(9)}, record)->is_new);
  EXPECT_EQ(store->prune_outside_alerts(at(5), 10).value(), 1u);
  EXPECT_FALSE(store->decide_outside_alert(sent_again, {.at = at(10)}, record)->is_new);
  EXPECT_TRUE(store->decide_outside_alert(sent_once, {.at = at(10)}, record)->is_new);
}

INSTANTIATE_TEST_SUITE_P(Backends, OutsideAlertConformance, testing::ValuesIn(backends()), backend_name);

}  // namespace
}  // namespace drover::db
