// What every Store must do; a further backend adds one line to the list of makers at the end.
#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <thread>

#include "db/store.h"

namespace drover::db {
namespace {

UnixTime at(std::int64_t seconds) { return UnixTime(std::chrono::seconds(seconds)); }
DeviceId device(const std::string& id) { return DeviceId::parse(id).value(); }

struct Backend {
  std::string name;
  /// Opens the store at `place`, a new empty directory's name; again to find what was stored.
  std::function<std::unique_ptr<Store>(const std::string& place)> open;
};

class StoreConformance : public testing::TestWithParam<Backend> {
 protected:
  StoreConformance() {
    std::string pattern = (std::filesystem::temp_directory_path() / "drover-db-XXXXXX").string();
    place_ = mkdtemp(pattern.data());
    reopen();
  }
  ~StoreConformance() override {
    store.reset();
    std::filesystem::remove_all(place_);
  }
  void reopen() {
    store.reset();
    store = GetParam().open(place_);
  }
  Status enrol(const std::string& token, const std::string& id, const std::string& serial,
               UnixTime now = at(10)) {
    return store->enrol(sha256(token), {serial, device(id), at(1000)}, now);
  }
  void add_token(const std::string& token, std::optional<DeviceId> bound_to = {}, Labels labels = {}) {
    ASSERT_TRUE(store->add_token({sha256(token), std::move(bound_to), std::move(labels), at(100)}));
  }

  std::unique_ptr<Store> store;

 private:
  std::string place_;
};

TEST_P(StoreConformance, FindsAnOperatorByTheTokensHash) {
  ASSERT_TRUE(store->add_operator({"ann", Role::operator_}, sha256("secret")));
  EXPECT_EQ(store->find_operator(sha256("secret")).value()->name, "ann");
  EXPECT_EQ(store->find_operator(sha256("secret")).value()->role, Role::operator_);
  EXPECT_FALSE(store->find_operator(sha256("other")).value());
  EXPECT_EQ(store->add_operator({"ann", Role::viewer}, sha256("new")).error().code, Code::already_exists);
}

TEST_P(StoreConformance, ListsAndRemovesOperators) {
  const Operator ann{"ann", Role::admin}, bob{"bob", Role::viewer, at(10), at(20)},
      eve{"eve", Role::admin, at(11), at(30)};
  ASSERT_TRUE(store->add_operator(bob, sha256("b")));
  ASSERT_TRUE(store->add_operator(ann, sha256("a")));
  ASSERT_TRUE(store->add_operator(eve, sha256("e")));
  reopen();
  const auto all = store->list_operators().value();
  ASSERT_EQ(all.size(), 3u);
  EXPECT_EQ(all[0].name, "ann");
  EXPECT_FALSE(all[0].expires_at);
  EXPECT_EQ(all[1].created_at, at(10));
  EXPECT_EQ(all[1].expires_at, at(20));
  EXPECT_TRUE(store->remove_operator("bob"));
  EXPECT_FALSE(store->find_operator(sha256("b")).value());
  EXPECT_EQ(store->remove_operator("bob").error().code, Code::not_found);
  EXPECT_EQ(store->remove_operator("ann").error().code, Code::conflict) << "eve's token expires";
  EXPECT_TRUE(store->find_operator(sha256("a")).value()) << "refused, it changes nothing";
  ASSERT_TRUE(store->add_operator({"joe", Role::admin}, sha256("j")));
  EXPECT_TRUE(store->remove_operator("ann"));
}

TEST_P(StoreConformance, ATokenEnrolsOneDeviceOnce) {
  add_token("t", {}, {{"site", "north"}});
  ASSERT_TRUE(enrol("t", "cam-1", "aa"));
  const Status again = enrol("t", "cam-2", "bb");
  EXPECT_EQ(again.error().code, Code::not_authenticated);
  EXPECT_NE(again.error().message.find("used already"), std::string::npos);
  EXPECT_FALSE(store->find_device(device("cam-2")).value());
  const auto enrolled = store->find_device(device("cam-1")).value();
  EXPECT_EQ(enrolled->labels, (Labels{{"site", "north"}}));
  EXPECT_EQ(enrolled->enrolled_at, at(10));
  EXPECT_TRUE(store->is_valid("aa", device("cam-1")).value());
  EXPECT_FALSE(store->is_valid("bb", device("cam-2")).value());
  EXPECT_FALSE(store->is_valid("aa", device("cam-2")).value());
}

TEST_P(StoreConformance, ATokenIsRefusedWhenUnknownExpiredOrAnothers) {
  add_token("bound", device("cam-1"));
  EXPECT_EQ(enrol("unknown", "cam-1", "aa").error().code, Code::not_authenticated);
  EXPECT_EQ(enrol("bound", "cam-2", "aa").error().code, Code::not_authenticated);
  EXPECT_EQ(enrol("bound", "cam-1", "aa", at(100)).error().code, Code::not_authenticated);
  EXPECT_TRUE(enrol("bound", "cam-1", "aa", at(99))) << "the refusals did not use it up";
}

TEST_P(StoreConformance, OfManyWhoUseATokenAtOnceOneIsEnrolled) {
  add_token("t");
  std::atomic<int> enrolled = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i)
    threads.emplace_back([&, i] {
      if (enrol("t", "cam-" + std::to_string(i), "s" + std::to_string(i))) ++enrolled;
    });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(enrolled, 1);
  EXPECT_EQ(store->list_devices("", 100)->size(), 1u);
}

TEST_P(StoreConformance, ARevokedDeviceHasNoValidCertificateAndGetsNone) {
  add_token("t");
  add_token("u");
  ASSERT_TRUE(enrol("t", "cam-1", "aa"));
  ASSERT_TRUE(store->add_certificate({"ab", device("cam-1"), at(2000)}));
  EXPECT_TRUE(store->is_valid("ab", device("cam-1")).value());
  ASSERT_TRUE(store->revoke_device(device("cam-1")));
  EXPECT_FALSE(store->is_valid("aa", device("cam-1")).value());
  EXPECT_FALSE(store->is_valid("ab", device("cam-1")).value());
  EXPECT_EQ(store->add_certificate({"ac", device("cam-1"), at(2000)}).error().code, Code::not_authorized);
  EXPECT_EQ(enrol("u", "cam-1", "ad").error().code, Code::not_authorized);
  EXPECT_TRUE(store->find_device(device("cam-1")).value()->revoked);
  EXPECT_EQ(store->revoke_device(device("none")).error().code, Code::not_found);
  EXPECT_EQ(store->add_certificate({"ae", device("none"), at(1)}).error().code, Code::not_found);
}

TEST_P(StoreConformance, ListsDevicesInPages) {
  for (const std::string id : {"c", "a", "b"}) {
    add_token("t" + id);
    ASSERT_TRUE(enrol("t" + id, id, "s" + id));
  }
  const auto first = store->list_devices("", 2).value();
  ASSERT_EQ(first.size(), 2u);
  EXPECT_EQ(first[1].id.str(), "b");
  const auto rest = store->list_devices("b", 2).value();
  ASSERT_EQ(rest.size(), 1u);
  EXPECT_EQ(rest[0].id.str(), "c");
}

TEST_P(StoreConformance, ChangesLabelsAndNotesWhoWasSeen) {
  add_token("t");
  ASSERT_TRUE(enrol("t", "cam-1", "aa"));
  ASSERT_TRUE(store->change_labels(device("cam-1"), {{"a", "1"}, {"b", "2"}}));
  ASSERT_TRUE(store->change_labels(device("cam-1"), {{"a", ""}, {"c", "3"}}));
  ASSERT_TRUE(store->note_seen({{device("cam-1"), at(77)}, {device("gone"), at(78)}}));
  const auto found = store->find_device(device("cam-1")).value();
  EXPECT_EQ(found->labels, (Labels{{"b", "2"}, {"c", "3"}}));
  EXPECT_EQ(found->seen_at, at(77));
  EXPECT_EQ(store->change_labels(device("none"), {}).error().code, Code::not_found);
}

TEST_P(StoreConformance, ChangesAShadowOneAtATime) {
  constexpr int threads_count = 8, changes = 25;
  std::vector<std::thread> threads;
  for (int i = 0; i < threads_count; ++i)
    threads.emplace_back([&] {
      for (int n = 0; n < changes; ++n)
        EXPECT_TRUE(store->change_shadow("cam", "",
                                         [](const std::optional<std::string>& before) -> Result<std::string> {
                                           return std::to_string(std::stoi(before.value_or("0")) + 1);
                                         }));
    });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(store->load_shadow("cam", "").value(), std::to_string(threads_count * changes));
  EXPECT_FALSE(store->load_shadow("cam", "other").value());
}

TEST_P(StoreConformance, ARefusedChangeChangesNothingAndNobodyElse) {
  ASSERT_TRUE(store->change_shadow("cam", "", [](const auto&) -> Result<std::string> { return "one"; }));
  std::thread other([&] {
    for (int i = 0; i < 50; ++i) EXPECT_TRUE(store->put_setting("k", std::to_string(i)));
  });
  for (int i = 0; i < 50; ++i)
    EXPECT_EQ(
        store
            ->change_shadow("cam", "",
                            [](const auto&) -> Result<std::string> { return fail(Code::conflict, "no"); })
            .error()
            .code,
        Code::conflict);
  other.join();
  EXPECT_EQ(store->load_shadow("cam", "").value(), "one");
  EXPECT_EQ(store->find_setting("k").value(), "49");
}

TEST_P(StoreConformance, AThingHasABoundedNumberOfShadows) {
  const auto write = [&](const std::string& thing, const std::string& name) {
    return store->change_shadow(thing, name, [](const auto&) -> Result<std::string> { return "{}"; });
  };
  for (std::size_t i = 0; i < Store::kShadowsMax; ++i) ASSERT_TRUE(write("cam", std::to_string(i)));
  EXPECT_EQ(write("cam", "more").error().code, Code::too_many);
  EXPECT_TRUE(write("cam", "0")) << "those that are there go on";
  EXPECT_TRUE(write("other", "0"));
}

TEST_P(StoreConformance, KeepsEachTelemetryRowOnce) {
  const std::vector<TelemetryRow> rows = {{"e", 1, {}, "one"}, {"e", 2, {}, "two"}};
  ASSERT_TRUE(store->add_telemetry(device("cam"), rows, {{"e", 5, 9}}, at(10)));
  ASSERT_TRUE(store->add_telemetry(device("cam"), {{"e", 2, {}, "changed"}, {"f", 1, {}, "three"}},
                                   {{"e", 5, 9}}, at(20)));
  const auto found = store->list_telemetry(device("cam"), 10).value();
  ASSERT_EQ(found.size(), 3u);
  EXPECT_EQ(found[0].body, "three");
  EXPECT_EQ(found[1].body, "two");
  EXPECT_EQ(found[1].received_at, at(10));
  EXPECT_EQ(store->list_telemetry(device("cam"), 1)->size(), 1u);
  EXPECT_TRUE(store->list_telemetry(device("other"), 10)->empty());
}

TEST_P(StoreConformance, PrunesOldTelemetry) {
  for (int i = 0; i < 10; ++i)
    ASSERT_TRUE(
        store->add_telemetry(device("cam"), {{"e", static_cast<std::uint64_t>(i), {}, "x"}}, {}, at(i)));
  EXPECT_EQ(store->prune_telemetry(at(6), 4).value(), 4u);
  EXPECT_EQ(store->prune_telemetry(at(6), 4).value(), 2u);
  EXPECT_EQ(store->list_telemetry(device("cam"), 100)->back().received_at, at(6));
}

TEST_P(StoreConformance, KeepsTheAudit) {
  for (int i = 1; i <= 3; ++i)
    ASSERT_TRUE(
        store->add_audit({.at = at(i), .who = "ann", .action = "assign", .target = "cam", .detail = "{}"}));
  const auto rows = store->list_audit(0, 2).value();
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[0].at, at(3));
  EXPECT_EQ(rows[0].who, "ann");
  EXPECT_EQ(store->list_audit(rows[1].id, 2)->size(), 1u);
}

TEST_P(StoreConformance, DecidesOnAnAlertOnceAndKeepsItWithTheShadowAndTheAudit) {
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

TEST_P(StoreConformance, AnAlertWhoseDecisionFailsLeavesNothingAndIsDecidedLater) {
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

TEST_P(StoreConformance, RemembersAnAlertForAsLongAsItIsSent) {
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

TEST_P(StoreConformance, FindsEverythingAgainAfterReopening) {
  add_token("t");
  ASSERT_TRUE(enrol("t", "cam-1", "aa"));
  ASSERT_TRUE(store->put_setting("k", "v"));
  reopen();
  EXPECT_TRUE(store->is_valid("aa", device("cam-1")).value());
  EXPECT_EQ(store->find_setting("k").value(), "v");
  EXPECT_FALSE(enrol("t", "cam-2", "bb"));
}

INSTANTIATE_TEST_SUITE_P(Backends, StoreConformance,
                         testing::Values(Backend{"sqlite",
                                                 [](const std::string& place) {
                                                   return open_sqlite_store(place + "/db").value();
                                                 }}),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace drover::db
