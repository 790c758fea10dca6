// What every Store must do.
#include "db/store_conformance.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

namespace drover::db {
namespace {

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

TEST_P(StoreConformance, ListsTelemetryThatHoldsMoreThanWindows) {
  ASSERT_TRUE(store->add_telemetry(device("cam"), {{"e", 1, {}, "{}"}, {"e", 2, {}, "two"}}, {}, at(10)));
  ASSERT_EQ(store->list_telemetry(device("cam"), 10)->size(), 1u);
}

TEST_P(StoreConformance, KeepsEachWindowOnceHoweverOftenItsEntryComes) {
  const auto send = [&](std::uint64_t seq, std::vector<WindowRow> windows, UnixTime now) {
    for (std::size_t i = 0; i < windows.size(); ++i) windows[i].from = {"e", seq, i};
    ASSERT_TRUE(store->add_telemetry(
        device("cam"), {{.epoch = "e", .seq = seq, .body = "{}", .windows = windows}}, {}, now));
  };
  WindowRow first = window("defect", 60'000);
  first.confidence_rolling = 0.9123;
  first.confidence_sum = std::uint64_t{50} << 32;
  first.latency_p95_ms = 3.25;
  send(1, {first, window("ocr", 60'000)}, at(100));
  send(1, {window("other", 1)}, at(200));
  send(2, {window("defect", 120'000)}, at(200));
  const auto rows = store->list_windows({.device = device("cam")}, {}, 10, true).value();
  ASSERT_EQ(rows.size(), 3u) << "the entry's first form won";
  EXPECT_EQ(rows[0].end_ms, 120'000);
  const WindowRow& kept = rows[2];
  EXPECT_EQ(kept.device, device("cam"));
  EXPECT_EQ(kept.from, (EntryPlace{"e", 1, 0}));
  EXPECT_EQ(kept.model, "defect");
  EXPECT_EQ(kept.digest, "d");
  EXPECT_EQ(kept.begin_ms, 0);
  EXPECT_EQ(kept.inferences, 60u);
  EXPECT_EQ(kept.right, 2u);
  EXPECT_EQ(kept.confidence_sum, std::uint64_t{50} << 32);
  EXPECT_EQ(kept.confidence_rolling, 0.9123);
  EXPECT_EQ(kept.latency_p95_ms, 3.25);
  EXPECT_EQ(kept.latency_p99_ms, std::nullopt);
  EXPECT_EQ(kept.received_at, at(100));
  EXPECT_EQ(kept.body, "body");
  EXPECT_EQ(store->list_windows({}, {}, 1, false)->front().body, "");
}

TEST_P(StoreConformance, AWindowThatOutlivesItsEntryIsNotKeptTwice) {
  const TelemetryRow row{.epoch = "e",
                         .seq = 1,
                         .body = "{}",
                         .windows = {window("defect", 60'000)},
                         .alerts = {alert("low", "fired", 1)}};
  ASSERT_TRUE(store->add_telemetry(device("cam"), {row}, {}, at(10)));
  ASSERT_EQ(store->prune_telemetry(at(11), 9).value(), 1u);
  ASSERT_TRUE(store->add_telemetry(device("cam"), {row}, {}, at(20)));
  EXPECT_EQ(store->list_windows({}, {}, 9, false)->size(), 1u);
  EXPECT_EQ(store->list_alerts({}, {}, 9, false)->size(), 1u);
}

TEST_P(StoreConformance, ListsWindowsByWhatIsAskedAndInPages) {
  for (const char* id : {"cam-2", "cam-1"})
    for (std::int64_t minute = 1; minute <= 5; ++minute)
      add_window(id, window(minute == 5 ? "ocr" : "defect", minute * 60'000));
  const auto ends = [&](const WindowFilter& filter, const ListedUpTo& from = {}) {
    std::vector<std::int64_t> minutes;
    const auto rows = store->list_windows(filter, from, 3, false);
    for (const WindowRow& row : *rows) minutes.push_back(row.end_ms / 60'000);
    return minutes;
  };
  using Minutes = std::vector<std::int64_t>;
  EXPECT_EQ(ends({.device = device("cam-1")}), (Minutes{5, 4, 3}));
  EXPECT_EQ(ends({.device = device("cam-1"), .model = "defect"}), (Minutes{4, 3, 2}));
  EXPECT_EQ(ends({.model = "defect"}), (Minutes{4, 4, 3}));
  const auto page = store->list_windows({.model = "defect"}, {}, 3, false).value();
  EXPECT_EQ(ends({.model = "defect"}, {page[2].end_ms, page[2].id}), (Minutes{3, 2, 2}));
  EXPECT_EQ(ends({.since_ms = 2 * 60'000, .until_ms = 3 * 60'000}), (Minutes{2, 2}));
  EXPECT_EQ(ends({.version = "9.9.9"}), Minutes{});
  EXPECT_EQ(store->list_window_devices({.model = "defect"}, 9).value(),
            (std::vector{device("cam-1"), device("cam-2")}));
  EXPECT_EQ(store->list_window_devices({.model = "defect"}, 1)->size(), 1u);
  EXPECT_TRUE(store->list_window_devices({.model = "defect", .since_ms = 5 * 60'000}, 9)->empty());
  EXPECT_EQ(store->find_window_end({.model = "defect"}, 2).value(), 3 * 60'000);
  EXPECT_EQ(store->find_window_end({.model = "defect"}, 8).value(), std::nullopt);
}

TEST_P(StoreConformance, ListsWindowsInTheOrderInWhichTheyCameAndNeverGivesAnIdTwice) {
  for (const std::int64_t minute : {3, 1, 2})
    add_window("cam", window("defect", minute * 60'000), at(minute));
  const auto all = store->list_windows_after(0, 9).value();
  ASSERT_EQ(all.size(), 3u);
  EXPECT_EQ(all[0].end_ms, 3 * 60'000);
  EXPECT_EQ(all[0].body, "body");
  EXPECT_EQ(store->list_windows_after(all[0].id, 1)->front().end_ms, 60'000);
  EXPECT_TRUE(store->list_windows_after(all[2].id, 9)->empty());
  ASSERT_EQ(store->prune_windows(at(9), 9).value(), 3u);
  add_window("cam", window("defect", 4 * 60'000), at(4));
  EXPECT_EQ(store->list_windows_after(all[2].id, 9)->size(), 1u) << "who remembers an id misses nothing";
}

TEST_P(StoreConformance, AddsUpWindowsByVersion) {
  WindowRow one = window("defect", 60'000), other = window("defect", 120'000);
  one.confident = 10, one.confidence_sum = std::uint64_t{5} << 32, one.latency_p95_ms = 3;
  other.confident = 30, other.confidence_sum = std::uint64_t{9} << 32, other.latency_p95_ms = 4.5;
  WindowRow next = one;
  next.version = "9.9.9";
  next.latency_p95_ms = std::nullopt;
  add_window("cam-1", one);
  add_window("cam-1", other);
  add_window("cam-2", one);
  add_window("cam-2", next);
  add_window("cam-2", window("ocr", 60'000));
  const auto sums = store->sum_windows({.model = "defect"}).value();
  ASSERT_EQ(sums.size(), 2u);
  EXPECT_EQ(sums[0].devices, 2u);
  EXPECT_EQ(sums[0].windows, 3u);
  EXPECT_EQ(sums[0].inferences, 3 * one.inferences);
  EXPECT_EQ(sums[0].confident, 50u);
  EXPECT_EQ(sums[0].confidence_sum, 19);
  EXPECT_EQ(sums[0].latency_p95_ms_max, 4.5);
  EXPECT_EQ(sums[1].version, "9.9.9");
  EXPECT_EQ(sums[1].latency_p95_ms_max, std::nullopt);
  EXPECT_EQ(store->sum_windows({.model = "defect", .since_ms = 60'001})->front().windows, 1u);
  EXPECT_TRUE(store->sum_windows({.model = "none"})->empty());
}

TEST_P(StoreConformance, PrunesWindowsAndAlertsByWhenTheyCame) {
  for (std::int64_t second = 0; second < 10; ++second) {
    add_window("cam", window("defect", 1), at(second));
    add_alert("cam", alert("low", "fired", 1), at(second));
  }
  EXPECT_EQ(store->prune_windows(at(6), 4).value(), 4u);
  EXPECT_EQ(store->prune_windows(at(6), 4).value(), 2u);
  EXPECT_EQ(store->prune_alerts(at(6), 100).value(), 6u);
  EXPECT_EQ(store->list_windows({}, {}, 100, false)->back().received_at, at(6));
  EXPECT_EQ(store->list_alerts({}, {}, 100, false)->back().received_at, at(6));
}

TEST_P(StoreConformance, KeepsAnAlertWithItsVerdict) {
  AlertRow sent = alert("low", "fired", 5000);
  sent.verdict = R"({"condition":"…"})";
  add_alert("cam", sent);
  const auto listed = store->list_alerts({}, {}, 9, false).value();
  ASSERT_EQ(listed.size(), 1u);
  EXPECT_EQ(listed[0].rule, "low");
  EXPECT_EQ(listed[0].kind, "rule");
  EXPECT_EQ(listed[0].at_ms, 5000);
  EXPECT_EQ(listed[0].body, "body");
  EXPECT_EQ(listed[0].verdict, "") << "a list is light";
  EXPECT_EQ(store->list_alerts({}, {}, 9, true)->front().verdict, sent.verdict);
  EXPECT_EQ(store->find_alert(listed[0].id).value()->verdict, sent.verdict);
  EXPECT_FALSE(store->find_alert(listed[0].id + 1).value());
}

TEST_P(StoreConformance, ARuleStandsByItsNewestChange) {
  add_alert("cam-1", alert("low", "pending", 1000));
  add_alert("cam-1", alert("low", "fired", 2000));
  add_alert("cam-1", alert("slow", "fired", 2500));
  add_alert("cam-1", alert("slow", "resolved", 2600));
  add_alert("cam-2", alert("low", "pending", 3000));
  const auto standing = [&](AlertFilter filter) {
    std::vector<std::string> found;
    const auto rows = store->list_alerts(filter, {}, 9, false);
    for (const AlertRow& row : *rows) found.push_back(row.device.str() + " " + row.rule);
    return found;
  };
  using Found = std::vector<std::string>;
  EXPECT_EQ(standing({.state = AlertState::firing}), Found{"cam-1 low"});
  EXPECT_EQ(standing({.state = AlertState::pending}), Found{"cam-2 low"});
  EXPECT_EQ(standing({.state = AlertState::resolved}), Found{"cam-1 slow"});
  EXPECT_EQ(standing({.device = device("cam-2"), .state = AlertState::firing}), Found{});
  EXPECT_EQ(standing({.model = "defect", .since_ms = 2500}),
            (Found{"cam-2 low", "cam-1 slow", "cam-1 slow"}));
  EXPECT_EQ(standing({.model = "ocr"}), Found{});
}

TEST_P(StoreConformance, ALateOrMisdatedChangeDoesNotStandOverANewerOne) {
  const auto firing = [&] { return store->list_alerts({.state = AlertState::firing}, {}, 9, false)->size(); };
  AlertRow resolved = alert("low", "resolved", 3000), fired = alert("low", "fired", 2000);
  resolved.from = {"e", 8, 0}, fired.from = {"e", 7, 0};
  add_alert("cam", resolved);
  add_alert("cam", fired);
  EXPECT_EQ(firing(), 0u) << "the backlog came after the live ones";
  AlertRow ahead = alert("slow", "fired", std::int64_t{4'000'000'000'000});
  add_alert("cam", ahead, at(10));
  EXPECT_EQ(firing(), 1u);
  AlertRow after = alert("slow", "resolved", 30'000);
  after.from = {"another epoch", 1, 0};
  add_alert("cam", after, at(30));
  EXPECT_EQ(firing(), 0u) << "the clock had been wrong";
}

TEST_P(StoreConformance, AnAlertOfAVersionThatWasReplacedFiresNoMore) {
  add_alert("cam", alert("low", "fired", 2000));
  const auto firing = [&] { return store->list_alerts({.state = AlertState::firing}, {}, 9, false)->size(); };
  WindowRow of_another = window("defect", 2000);
  of_another.digest = "e";
  add_window("cam", of_another);
  EXPECT_EQ(firing(), 1u) << "what ran before the alert says nothing";
  add_window("cam", window("defect", 2500));
  EXPECT_EQ(firing(), 1u);
  of_another.end_ms = 3000;
  add_window("cam", of_another);
  EXPECT_EQ(firing(), 0u);
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

TEST_P(StoreConformance, FindsEverythingAgainAfterReopening) {
  add_token("t");
  ASSERT_TRUE(enrol("t", "cam-1", "aa"));
  ASSERT_TRUE(store->put_setting("k", "v"));
  reopen();
  EXPECT_TRUE(store->is_valid("aa", device("cam-1")).value());
  EXPECT_EQ(store->find_setting("k").value(), "v");
  EXPECT_FALSE(enrol("t", "cam-2", "bb"));
}

INSTANTIATE_TEST_SUITE_P(Backends, StoreConformance, testing::ValuesIn(backends()), backend_name);

}  // namespace
}  // namespace drover::db
