#include "agent/spool_ledger.h"

#include <algorithm>
#include <ranges>

namespace drover::agent {

SeqRanges SpoolLedger::pending(const SeqRanges& present) const {
  return without(without(present, done_), aside_);
}

SeqRanges SpoolLedger::lost(const SeqRanges& present, std::uint64_t next_seq) const {
  if (next_seq <= 1) return {};
  return without(without({{1, next_seq - 1}}, done_), present);
}

SpoolLedger::Choice SpoolLedger::choose(const SeqRanges& present) const {
  const std::uint64_t heard = done_.empty() ? 0 : done_.back().second;
  const SeqRanges pending = this->pending(present);
  Choice choice;
  std::uint64_t room = entries_max_;
  for (const auto& [first, last] : common(pending, {{heard + 1, UINT64_MAX}}) | std::views::reverse) {
    if (room == 0) break;
    const std::uint64_t taken = std::min(room, last - first + 1);
    choice.newest.emplace_back(last - taken + 1, last);
    room -= taken;
  }
  choice.newest = normalized(std::move(choice.newest));
  for (const auto& [first, last] : common(pending, {{0, heard}})) {
    if (room == 0) break;
    const std::uint64_t taken = std::min(room, last - first + 1);
    choice.oldest.emplace_back(first, first + taken - 1);
    room -= taken;
  }
  return choice;
}

void SpoolLedger::sent(SeqRanges entries, SeqRanges told_lost) {
  sent_ = std::move(entries);
  told_ = std::move(told_lost);
}

bool SpoolLedger::answered(const SeqRanges& acked) {
  const SeqRanges news = united(common(sent_, acked), told_);
  if (news.empty()) return false;
  done_ = united(std::move(done_), news);
  entries_max_ = std::min(2 * entries_max_, kEntriesMax);
  return true;
}

void SpoolLedger::refused() {
  const std::uint64_t entries = count(sent_);
  if (entries == 1) set_aside(sent_);
  if (entries > 1) entries_max_ = entries / 2;
}

}  // namespace drover::agent
