#include "agent/spool_ledger.h"

#include <gtest/gtest.h>

namespace drover::agent {
namespace {

TEST(SpoolLedger, ChoosesTheNewestOfWhatIsNewAndThenTheOldest) {
  SpoolLedger ledger({{1, 4}});
  const auto expect = [&](const SeqRanges& present, const SeqRanges& newest, const SeqRanges& oldest) {
    const SpoolLedger::Choice choice = ledger.choose(present);
    EXPECT_EQ(choice.newest, newest);
    EXPECT_EQ(choice.oldest, oldest);
  };
  expect({{3, 380}, {391, 400}}, {{361, 380}, {391, 400}}, {});  // after an outage: the newest
  ledger.sent({{361, 380}, {391, 400}}, {});
  EXPECT_TRUE(ledger.answered({{361, 380}, {391, 400}}));
  expect({{3, 400}}, {}, {{5, 34}});                                // then what waited, from its beginning
  expect({{3, 20}, {31, 402}}, {{401, 402}}, {{5, 20}, {31, 42}});  // and what is new goes before
  expect({{3, 4}, {391, 400}}, {}, {});
}

TEST(SpoolLedger, BelievesAnAcknowledgementAsFarAsItWasSent) {
  SpoolLedger ledger;
  ledger.sent({{3, 4}, {9, 9}}, {});
  EXPECT_TRUE(ledger.answered({{0, 3}, {5, ~std::uint64_t{0}}}));
  EXPECT_EQ(ledger.done(), (SeqRanges{{3, 3}, {9, 9}}));
}

TEST(SpoolLedger, WhatIsGoneIsLostUntilThatWasToldAndAnswered) {
  SpoolLedger ledger({{1, 2}, {6, 6}});
  const SeqRanges present = {{8, 9}};
  EXPECT_EQ(ledger.lost(present, 11), (SeqRanges{{3, 5}, {7, 7}, {10, 10}}));
  ledger.sent({{8, 9}}, {{3, 5}});
  EXPECT_TRUE(ledger.answered({}));
  EXPECT_EQ(ledger.lost(present, 11), (SeqRanges{{7, 7}, {10, 10}}));
  EXPECT_EQ(ledger.pending(present), present);
  EXPECT_EQ(SpoolLedger().lost({}, 1), SeqRanges{});
}

TEST(SpoolLedger, SaysWhenAnAnswerBroughtNothing) {
  SpoolLedger ledger;
  ledger.sent({{1, 3}}, {});
  EXPECT_FALSE(ledger.answered({}));
  EXPECT_FALSE(ledger.answered({{7, 9}}));
}

/// A server that refuses every request with entry 17 in it.
TEST(SpoolLedger, FindsTheEntryThatIsRefusedAndSetsItAside) {
  SpoolLedger ledger;
  const SeqRanges present = {{1, 60}};
  int requests = 0;
  for (auto choice = ledger.choose(present); !choice.empty(); choice = ledger.choose(present)) {
    ASSERT_LT(++requests, 30);
    const SeqRanges entries = united(choice.newest, choice.oldest);
    ledger.sent(entries, {});
    if (contains(entries, 17))
      ledger.refused();
    else
      ASSERT_TRUE(ledger.answered(entries));
  }
  EXPECT_EQ(ledger.done(), (SeqRanges{{1, 16}, {18, 60}}));
  ledger.forgive();
  EXPECT_EQ(ledger.choose(present).oldest, (SeqRanges{{17, 17}}));
}

}  // namespace
}  // namespace drover::agent
