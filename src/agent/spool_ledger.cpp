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

std::vector<std::uint64_t> SpoolLedger::choose(const SeqRanges& present) const {
  const std::uint64_t heard = done_.empty() ? 0 : done_.back().second;
  const SeqRanges pending = this->pending(present);
  std::vector<std::uint64_t> chosen;
  for (const auto& [first, last] : pending | std::views::reverse)
    for (std::uint64_t seq = last; seq >= first && seq > heard && chosen.size() < entries_max_; --seq)
      chosen.push_back(seq);
  for (const auto& [first, last] : pending)
    for (std::uint64_t seq = first; seq <= last && seq <= heard && chosen.size() < entries_max_; ++seq)
      chosen.push_back(seq);
  return chosen;
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
