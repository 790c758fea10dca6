#include "agent/spool_ledger.h"

#include <gtest/gtest.h>

namespace drover::agent {
namespace {

using Numbers = std::vector<std::uint64_t>;

Numbers from_to(std::uint64_t from, std::uint64_t to) {
  Numbers numbers;
  for (std::uint64_t seq = from; seq <= to; ++seq) numbers.push_back(seq);
  return numbers;
}

TEST(SpoolLedger, ChoosesTheNewestOfWhatIsNewAndThenTheOldest) {
  SpoolLedger ledger({{1, 4}});
  Numbers newest = from_to(371, 400);
  std::ranges::reverse(newest);
  EXPECT_EQ(ledger.choose({{3, 400}}), newest) << "after an outage: the newest first";
  ledger.sent({{371, 400}}, {});
  EXPECT_TRUE(ledger.answered({{371, 400}}));
  EXPECT_EQ(ledger.choose({{3, 400}}), from_to(5, 34)) << "then what waited, from its beginning";
  Numbers mixed = from_to(5, 32);
  mixed.insert(mixed.begin(), {402, 401});
  EXPECT_EQ(ledger.choose({{3, 402}}), mixed) << "and what is new goes before";
  EXPECT_EQ(ledger.choose({{3, 4}, {371, 400}}), Numbers{});
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
  for (auto chosen = ledger.choose(present); !chosen.empty(); chosen = ledger.choose(present)) {
    ASSERT_LT(++requests, 30);
    SeqRanges entries;
    for (const std::uint64_t seq : chosen) entries.emplace_back(seq, seq);
    ledger.sent(normalized(entries), {});
    if (contains(entries, 17))
      ledger.refused();
    else
      ASSERT_TRUE(ledger.answered(entries));
  }
  EXPECT_EQ(ledger.done(), (SeqRanges{{1, 16}, {18, 60}}));
  ledger.forgive();
  EXPECT_EQ(ledger.choose(present), Numbers{17});
}

}  // namespace
}  // namespace drover::agent
