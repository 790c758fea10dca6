#include "drift/concept/label_join.h"

#include <bit>

#include "base/assert.h"
#include "drift/random.h"

namespace drover::drift {

LabelJoin::LabelJoin(std::size_t capacity) : entries_(capacity), index_(std::bit_ceil(2 * capacity), kNone) {
  DROVER_ASSERT(capacity > 0);
}

std::size_t LabelJoin::home(std::uint64_t id) const { return SplitMix(id).next() & (index_.size() - 1); }

/// The place in index_ of an id, or the free place where it would stand.
std::size_t LabelJoin::find(std::uint64_t id) const {
  std::size_t at = home(id);
  while (index_[at] != kNone && entries_[index_[at]].prediction.id != id) at = (at + 1) & (index_.size() - 1);
  return at;
}

/// Takes an id out of the index; those behind it that would no longer be found move up.
void LabelJoin::forget(std::uint64_t id) {
  const std::size_t mask = index_.size() - 1;
  std::size_t hole = find(id);
  for (std::size_t at = (hole + 1) & mask; index_[at] != kNone; at = (at + 1) & mask) {
    const std::size_t wanted = home(entries_[index_[at]].prediction.id);
    if (((at - wanted) & mask) < ((at - hole) & mask)) continue;  // stands between its home and the hole
    index_[hole] = index_[at];
    hole = at;
  }
  index_[hole] = kNone;
}

bool LabelJoin::add(const Prediction& prediction) {
  if (index_[find(prediction.id)] != kNone) return false;
  if (size_ == entries_.size())
    forget(entries_[next_].prediction.id);
  else
    ++size_;
  index_[find(prediction.id)] = static_cast<std::uint32_t>(next_);
  entries_[next_] = {prediction, false};
  next_ = (next_ + 1) % entries_.size();
  return true;
}

LabelJoin::Joined LabelJoin::label(std::uint64_t id, std::uint32_t truth) {
  const std::uint32_t place = index_[find(id)];
  if (place == kNone) return {};
  Entry& entry = entries_[place];
  if (entry.labelled) return {.outcome = Outcome::repeated};
  entry.labelled = true;
  return {Outcome::joined, entry.prediction, entry.prediction.predicted == truth};
}

}  // namespace drover::drift
