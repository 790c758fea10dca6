#pragma once

#include "base/seq_ranges.h"

namespace drover::agent {

/// What a server has answered for of numbered entries, and what goes to it next. It knows nothing of where
/// the entries lie: `present` are the numbers that can be read, `next_seq` is the next one to be given.
class SpoolLedger {
 public:
  static constexpr std::size_t kEntriesMax = 30, kLostMax = 200;  // of a request
  explicit SpoolLedger(SeqRanges done = {}) : done_(std::move(done)) {}

  /// Stored by the server, or told it as lost and answered.
  [[nodiscard]] const SeqRanges& done() const { return done_; }
  [[nodiscard]] SeqRanges pending(const SeqRanges& present) const;
  /// What is neither present nor done was lost, and the server is told so.
  [[nodiscard]] SeqRanges lost(const SeqRanges& present, std::uint64_t next_seq) const;

  struct Choice {
    SeqRanges newest = {}, oldest = {};
    [[nodiscard]] bool empty() const { return newest.empty() && oldest.empty(); }
  };
  /// The next request's entries: the newest of those that are newer than all the server has heard of, which
  /// go first, then the oldest.
  [[nodiscard]] Choice choose(const SeqRanges& present) const;

  /// A request is under way with these.
  void sent(SeqRanges entries, SeqRanges told_lost);
  /// It was answered; what is acknowledged counts as far as it was sent. False when it brought nothing.
  bool answered(const SeqRanges& acked);
  /// What was sent is not taken. The next requests are shorter, until one alone is refused: that one is set
  /// aside, so that it holds up no other.
  void refused();
  void set_aside(const SeqRanges& entries) { aside_ = united(std::move(aside_), entries); }
  /// What was set aside is tried again.
  void forgive() { aside_.clear(); }

 private:
  SeqRanges done_, aside_;
  SeqRanges sent_, told_;
  std::size_t entries_max_ = kEntriesMax;
};

}  // namespace drover::agent
