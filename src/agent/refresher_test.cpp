#include "agent/refresher.h"

#include "agent/repository_testing.h"
#include "base/log.h"

namespace drover::agent {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

class RefresherTest : public RepositoryTest {
 protected:
  void SetUp() override {
    log::start("refresher_test", log::Format::text, log::Level::error);
    RepositoryTest::SetUp();
    refresher_.follow(repo::channel_target_path(defect_, "stable"));
  }
  std::size_t offered() { return refresher_.found()->versions(defect_).size(); }
  /// Whether it asks for something at its next pump.
  bool asks() {
    refresher_.pump();
    return http_.open() > 0;
  }

  std::vector<Status> ended_;
  Refresher refresher_{
      outside_, trust_, urls_, {.every = hours(1), .jitter = 0}, [this](const Status& status) {
        ended_.push_back(status);
      }};
};

TEST_F(RefresherTest, ReadsAtOnceAndThenEveryPoll) {
  ASSERT_TRUE(publisher_.publish("1.0.0"));
  EXPECT_EQ(refresher_.found(), nullptr);
  serve(refresher_);
  ASSERT_EQ(ended_.size(), 1u);
  EXPECT_TRUE(ended_[0]);
  EXPECT_EQ(offered(), 1u);
  EXPECT_EQ(refresher_.due(), clock_.monotonic() + hours(1));
  clock_.advance(hours(1) - seconds(1));
  EXPECT_FALSE(asks());
  clock_.advance(seconds(1));
  ASSERT_TRUE(publisher_.publish("1.1.0"));
  serve(refresher_);
  EXPECT_EQ(offered(), 2u);
}

TEST_F(RefresherTest, WhoAsksAtRestIsAnsweredByTheNextRefreshAtOnce) {
  serve(refresher_);
  const std::uint64_t answer_from = refresher_.ask();
  EXPECT_LT(refresher_.begun(), answer_from);
  EXPECT_LE(refresher_.due(), clock_.monotonic());
  serve(refresher_);
  EXPECT_EQ(refresher_.begun(), answer_from);
  EXPECT_EQ(ended_.size(), 2u);
}

/// What was published after a refresh began may be missing from it.
TEST_F(RefresherTest, WhoAsksDuringARefreshIsAnsweredByTheOneAfterIt) {
  refresher_.pump();
  answer_one();  // no newer root
  refresher_.pump();
  const std::string before = publisher_.served().at("timestamp.json");
  const std::uint64_t answer_from = refresher_.ask();
  ASSERT_TRUE(publisher_.publish("1.0.0"));
  http_.end(answer(200, before));  // the server read it before the publication
  while (ended_.empty()) {
    refresher_.pump();
    if (http_.open() > 0) answer_one();
  }
  EXPECT_EQ(offered(), 0u);
  EXPECT_LT(refresher_.begun(), answer_from);
  EXPECT_LE(refresher_.due(), clock_.monotonic()) << "not an hour later";
  serve(refresher_);
  EXPECT_EQ(refresher_.begun(), answer_from);
  EXPECT_EQ(offered(), 1u);
  EXPECT_FALSE(asks()) << "one question, one refresh more";
}

TEST_F(RefresherTest, ABrokenNetworkIsTriedAgainSoonerAndSeldomerEachTime) {
  std::vector<Monotonic> waits;
  for (int i = 0; i < 4; ++i) {
    ASSERT_TRUE(asks());
    http_.end(fail(Code::unreachable, "no route"));
    refresher_.pump();
    waits.push_back(refresher_.due() - clock_.monotonic());
    EXPECT_FALSE(asks());
    clock_.advance(waits.back());
  }
  EXPECT_EQ(waits, (std::vector<Monotonic>{seconds(1), seconds(2), seconds(4), seconds(8)}));
  EXPECT_EQ(refresher_.trouble()->code, Code::unreachable);
  serve(refresher_);
  EXPECT_FALSE(refresher_.trouble());
  EXPECT_EQ(refresher_.due(), clock_.monotonic() + hours(1));
}

TEST_F(RefresherTest, WhatDoesNotHoldWaitsForThePollAndWhatHeldBeforeStays) {
  ASSERT_TRUE(publisher_.publish("1.0.0"));
  serve(refresher_);
  clock_.advance(std::chrono::days(2));  // beyond the timestamp's life
  serve(refresher_);
  ASSERT_EQ(ended_.size(), 2u);
  EXPECT_EQ(ended_[1].error().code, Code::metadata_expired);
  EXPECT_EQ(refresher_.trouble()->code, Code::metadata_expired);
  EXPECT_EQ(refresher_.due(), clock_.monotonic() + hours(1));
  EXPECT_EQ(offered(), 1u);
  EXPECT_EQ(refresher_.time_bounds().issued, publisher_.now);
}

TEST_F(RefresherTest, WithoutARootOfTrustItSaysSoAndAsksForNothing) {
  const repo::TrustStore empty(files_, "/elsewhere");
  Refresher refresher(outside_, empty, urls_, {.every = hours(1), .jitter = 0},
                      [this](const Status& status) { ended_.push_back(status); });
  refresher.pump();
  EXPECT_EQ(http_.open(), 0u);
  EXPECT_EQ(ended_.at(0).error().code, Code::not_found);
  EXPECT_EQ(refresher.due(), clock_.monotonic() + hours(1));
}

TEST_F(RefresherTest, AnEndedAgentLeavesNoTransferBehind) {
  {
    Refresher refresher(outside_, trust_, urls_, {}, [](const Status&) { FAIL(); });
    refresher.pump();
    EXPECT_EQ(http_.open(), 1u);
    EXPECT_EQ(refresher.due(), kNever);
  }
  EXPECT_EQ(http_.open(), 0u);
}

}  // namespace
}  // namespace drover::agent
