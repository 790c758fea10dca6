#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "monitor/window.h"

namespace drover::monitor {

/// The windows of the last `length` added up, without their parts by class.
///
/// Kept as at most 61 blocks of whole windows, each begun by the first window after the one before was full
/// (a sixtieth of the length): what leaves does so by blocks, so that the span is the asked length and up to
/// a sixtieth more. Adding up is exact, so that is all the difference.
///
/// Sums of latencies cannot be taken away again, so the older blocks are kept as sums to the end of their
/// half, the newer ones with one sum: two additions a window, on average.
class Span {
 public:
  explicit Span(std::chrono::milliseconds length) : length_ms_(length.count()) {}

  /// The next window; blocks that end too long before it, or after it (the clock was set), go. One of another
  /// scheme begins anew.
  void add(const Window& window);
  /// Errors: too_many beyond 2^53. Not before the first window.
  [[nodiscard]] Result<Window> sum() const;
  /// Whether the windows reach back as far as the span is long, with no silence as long as that between them.
  [[nodiscard]] bool is_full() const { return newest_ms_ - since_ms_ >= length_ms_; }
  [[nodiscard]] bool empty() const { return newer_.empty() && older_.empty(); }

 private:
  static constexpr std::int64_t kBlocks = 60;
  struct Older {
    std::int64_t end_ms;  // of the block
    Window from_here;     // it and all older_ after it
  };
  void clear();
  void forget(std::int64_t now_ms);
  void age();
  [[nodiscard]] bool takes(const Window& block, const Window& window) const;

  std::int64_t length_ms_;
  std::int64_t since_ms_ = 0, newest_ms_ = 0;  // of all that came since it was empty: begin, end
  std::vector<Older> older_;                   // the newest first
  std::deque<Window> newer_;                   // the oldest first
  std::optional<Window> newer_sum_;
};

}  // namespace drover::monitor
