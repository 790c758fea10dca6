#include "agent/retraining.h"

#include <gtest/gtest.h>

#include <thread>

#include "agent/fake_http.h"
#include "base/log.h"
#include "fs/sim_file_system.h"

namespace drover::agent {
namespace {

using nlohmann::json;
using std::chrono::hours;
using std::chrono::seconds;

const ModelName kModel = *ModelName::parse("defect");
constexpr auto kUrl = "https://train.example/jobs";
const fs::Path kWatch = "/watch";

class RetrainingTest : public testing::Test {
 protected:
  void SetUp() override {
    log::start("retraining_test", log::Format::text, log::Level::error);
    begin();
  }
  /// An agent that comes up.
  void begin() { retraining_.emplace(outside_, kWatch); }
  std::string ask(int number = 1) {
    return retraining_->ask(kModel, by_url_, {{"rule", "low"}, {"number", number}});
  }
  void pass(std::chrono::nanoseconds time) {
    clock_.advance(time);
    retraining_->pump();
  }

  const policy::Retrain by_url_{.url = kUrl, .debounce = hours(1), .daily_budget = 2};
  fs::SimFileSystem files_;
  ManualClock clock_{UnixTime(seconds(1'800'000'000))};
  FakeHttp http_;
  Outside outside_{http_, files_, clock_, [](std::uint64_t bound) { return bound - 1; }};
  std::optional<Retraining> retraining_;
};

TEST_F(RetrainingTest, the_evidence_is_posted_to_the_url) {
  EXPECT_EQ(ask(7), "retraining asked for");
  const net::ClientRequest& request = http_.request();
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.url, kUrl);
  EXPECT_EQ(json::parse(request.body), json::parse(R"({"rule":"low","number":7})"));
  http_.end(answer(202));
  pass(hours(30));
  EXPECT_EQ(http_.open(), 0u);
}

TEST_F(RetrainingTest, another_models_waits_for_the_one_that_is_being_asked_for) {
  ask(1);
  const ModelName other = *ModelName::parse("other");
  for (const int number : {2, 3})
    EXPECT_EQ(retraining_->ask(other, by_url_, {{"number", number}}),
              "the retraining waits for the one that is being asked for");
  http_.end(answer(200));
  EXPECT_EQ(retraining_->due(), clock_.monotonic());
  pass(seconds(0));
  ASSERT_EQ(http_.open(), 1u);
  EXPECT_EQ(json::parse(http_.request().body)["number"], 3) << "the newest";
  http_.end(answer(200));
  pass(seconds(0));
  EXPECT_EQ(http_.open(), 0u);
}

TEST_F(RetrainingTest, evidence_is_there_when_the_clock_was_set_back) {
  for (int i = 0; i < 11; ++i) {
    ask(i);
    http_.end(answer(200));
    clock_.advance(hours(24));
  }
  clock_.set(UnixTime(seconds(1000)));
  policy::Retrain eager = by_url_;
  eager.debounce = seconds(0);
  eager.daily_budget = policy::kDailyBudgetMax;
  EXPECT_EQ(retraining_->ask(kModel, eager, {{"number", 99}}), "retraining asked for");
  EXPECT_EQ(json::parse(http_.request().body)["number"], 99);
}

TEST_F(RetrainingTest, a_network_that_is_down_or_a_busy_peer_is_asked_again_at_growing_intervals) {
  ask();
  http_.end(fail(Code::unreachable, "down"));
  pass(seconds(9));
  EXPECT_EQ(http_.open(), 0u);
  pass(seconds(1));
  ASSERT_EQ(http_.open(), 1u);
  net::ClientResponse busy = answer(503);
  busy.headers.emplace_back("retry-after", "600");
  http_.end(busy);
  pass(seconds(599));
  EXPECT_EQ(http_.open(), 0u);
  pass(seconds(601));  // and as much again by chance, at most
  ASSERT_EQ(http_.open(), 1u);
  http_.end(answer(200));
  EXPECT_EQ(retraining_->due(), kNever);
}

TEST_F(RetrainingTest, a_refusal_ends_it) {
  ask();
  http_.end(answer(403));
  pass(hours(2));
  EXPECT_EQ(http_.open(), 0u);
  EXPECT_EQ(ask(), "retraining asked for");
}

TEST_F(RetrainingTest, after_a_day_without_an_answer_it_is_given_up) {
  ask();
  int tries = 0;
  while (http_.open() > 0 && tries < 1000) {
    ++tries;
    http_.end(fail(Code::unreachable, "down"));
    pass(retraining_->due() == kNever ? seconds(0) : retraining_->due() - clock_.monotonic());
  }
  EXPECT_GT(tries, 24);
  EXPECT_LT(tries, 60);
  begin();
  pass(seconds(0));
  EXPECT_EQ(http_.open(), 0u);
}

TEST_F(RetrainingTest, a_restart_goes_on_with_what_was_not_taken_yet) {
  ask(3);
  begin();
  pass(seconds(0));
  ASSERT_EQ(http_.open(), 1u);
  EXPECT_EQ(json::parse(http_.request().body)["number"], 3);
  http_.end(answer(201));
  begin();
  pass(seconds(0));
  EXPECT_EQ(http_.open(), 0u);
}

TEST_F(RetrainingTest, a_note_that_is_torn_or_whose_evidence_is_gone_is_dropped) {
  ask();
  ASSERT_TRUE(fs::write_atomically(files_, kWatch / "posting.json", as_bytes("{\"url\":")));
  begin();
  pass(seconds(0));
  EXPECT_EQ(http_.open(), 0u);
  const json gone = {{"url", kUrl}, {"evidence", "/watch/evidence/none.json"}, {"begun_ms", 1}};
  ASSERT_TRUE(fs::write_atomically(files_, kWatch / "posting.json", as_bytes(gone.dump())));
  begin();
  pass(seconds(0));
  EXPECT_EQ(http_.open(), 0u);
  EXPECT_EQ(retraining_->due(), kNever);
}

TEST_F(RetrainingTest, debounce_and_budget_hold_over_restarts) {
  for (int day = 0; day < 2; ++day) {
    EXPECT_EQ(ask(), "retraining asked for");
    http_.end(answer(200));
    begin();
    EXPECT_EQ(ask(), "no retraining: debounced (for 3600 s)");
    clock_.advance(hours(1));
    EXPECT_EQ(ask(), "retraining asked for");
    http_.end(answer(200));
    begin();
    clock_.advance(hours(1));
    EXPECT_EQ(ask(), "no retraining: spent (for 79200 s)");
    clock_.advance(hours(23));
  }
}

TEST_F(RetrainingTest, the_newest_ten_pieces_of_evidence_are_kept) {
  for (int i = 0; i < 13; ++i) {
    ask(i);
    http_.end(answer(200));
    clock_.advance(hours(24));
  }
  auto names = files_.list(kWatch / "evidence");
  ASSERT_TRUE(names);
  EXPECT_EQ(names->size(), 10u);
  std::ranges::sort(*names);
  const auto oldest = fs::read_file(files_, kWatch / "evidence" / names->front(), 4096);
  EXPECT_EQ(json::parse(as_text(*oldest))["number"], 3);
}

TEST_F(RetrainingTest, a_disk_that_is_full_asks_for_nothing) {
  files_.set_capacity(0);
  EXPECT_TRUE(ask().starts_with("no retraining: ")) << ask();
  EXPECT_EQ(http_.open(), 0u);
}

/// The command is a real one: it copies the file that it was given.
TEST(RetrainingCommandTest, the_command_is_run_with_the_evidence_file) {
  log::start("retraining_test", log::Format::text, log::Level::error);
  std::string place = (std::filesystem::temp_directory_path() / "drover-retrain-XXXXXX").string();
  const fs::Path directory = ::mkdtemp(place.data());
  FakeHttp http;
  Outside outside{http, fs::real_file_system(), system_clock(), [](std::uint64_t) { return 0; }};
  {
    Retraining retraining(outside, directory);
    const policy::Retrain by_command{.command = {"/bin/cp", "{evidence}", directory / "copy.json"}};
    EXPECT_EQ(retraining.ask(kModel, by_command, {{"rule", "low"}}), "retraining asked for");
    for (int i = 0; i < 1000 && retraining.due() != kNever; ++i) {
      retraining.pump();
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    const auto copy = fs::read_file(outside.files, directory / "copy.json", 4096);
    ASSERT_TRUE(copy);
    EXPECT_EQ(json::parse(as_text(*copy))["rule"], "low");
    const policy::Retrain missing{.command = {"/no/such/program"}, .debounce = std::chrono::seconds(0)};
    EXPECT_TRUE(retraining.ask(kModel, missing, {}).starts_with("no retraining: "));
  }
  std::filesystem::remove_all(directory);
}

}  // namespace
}  // namespace drover::agent
