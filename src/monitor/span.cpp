#include "monitor/span.h"

#include <algorithm>

namespace drover::monitor {

/// Whether the window still belongs into the block.
bool Span::takes(const Window& block, const Window& window) const {
  const std::int64_t block_ms = std::max<std::int64_t>(length_ms_ / kBlocks, 1);
  return window.end_ms - block.begin_ms <= block_ms;
}

void Span::add(const Window& window) {
  if (!blocks_.empty() && blocks_.back().scheme != window.scheme) blocks_.clear();
  std::erase_if(blocks_, [&](const Window& block) {
    return block.end_ms <= window.end_ms - length_ms_ || block.end_ms > window.end_ms;
  });
  Window bare = window;
  bare.drop_parts();
  if (!blocks_.empty() && takes(blocks_.back(), bare) && blocks_.back().merge(bare)) return;
  blocks_.push_back(std::move(bare));
}

Result<Window> Span::sum() const {
  Window sum = blocks_.front();
  for (std::size_t i = 1; i < blocks_.size(); ++i) DROVER_TRY(sum.merge(blocks_[i]));
  return sum;
}

}  // namespace drover::monitor
