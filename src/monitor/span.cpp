#include "monitor/span.h"

#include <algorithm>

namespace drover::monitor {

/// Whether the window still belongs into the block.
bool Span::takes(const Window& block, const Window& window) const {
  const std::int64_t block_ms = std::max<std::int64_t>(length_ms_ / kBlocks, 1);
  return window.end_ms - block.begin_ms <= block_ms;
}

void Span::clear() {
  older_.clear();
  newer_.clear();
  newer_sum_.reset();
}

/// The newer blocks become the older ones: each with the sum from it to the newest.
void Span::age() {
  older_.reserve(newer_.size());
  for (auto block = newer_.rbegin(); block != newer_.rend(); ++block) {
    Older next{.end_ms = block->end_ms, .from_here = std::move(*block)};
    if (!older_.empty() && !next.from_here.merge(older_.back().from_here)) return clear();
    older_.push_back(std::move(next));
  }
  newer_.clear();
  newer_sum_.reset();
}

void Span::forget(std::int64_t now_ms) {
  const auto has_left = [&](std::int64_t end_ms) { return end_ms <= now_ms - length_ms_; };
  while (!older_.empty() && has_left(older_.back().end_ms)) older_.pop_back();
  if (!older_.empty() || newer_.empty() || !has_left(newer_.front().end_ms)) return;
  age();
  while (!older_.empty() && has_left(older_.back().end_ms)) older_.pop_back();
}

void Span::add(const Window& window) {
  const Window* last = !newer_.empty()   ? &newer_.back()
                       : !older_.empty() ? &older_.front().from_here
                                         : nullptr;
  if (last != nullptr && (last->scheme != window.scheme || last->end_ms > window.end_ms)) clear();
  forget(window.end_ms);
  if (empty()) since_ms_ = window.begin_ms;
  newest_ms_ = window.end_ms;
  Window bare = window.without_parts();
  if (!newer_sum_)
    newer_sum_ = bare;
  else if (!newer_sum_->merge(bare))
    return clear();
  if (newer_.empty() || !takes(newer_.back(), bare) || !newer_.back().merge(bare))
    newer_.push_back(std::move(bare));
}

Result<Window> Span::sum() const {
  if (older_.empty()) return *newer_sum_;
  Window sum = older_.back().from_here;
  if (newer_sum_) DROVER_TRY(sum.merge(*newer_sum_));
  return sum;
}

}  // namespace drover::monitor
