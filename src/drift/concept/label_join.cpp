#include "drift/concept/label_join.h"

#include <fmt/format.h>

#include <bit>

#include "base/assert.h"
#include "drift/checkpoint.h"
#include "drift/random.h"

namespace drover::drift {
namespace {

constexpr std::string_view kLetters = "LJON";
constexpr std::uint32_t kVersion = 1;
constexpr std::size_t kHeadBytes = 4 + 4 + 8 + 8, kEntryBytes = 8 + 8 + 4 + 4 + 1;

}  // namespace

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
  entries_[next_] = {prediction, 0};
  next_ = (next_ + 1) % entries_.size();
  return true;
}

LabelJoin::Joined LabelJoin::label(std::uint64_t id, std::uint32_t truth) {
  const std::uint32_t place = index_[find(id)];
  if (place == kNone) return {};
  Entry& entry = entries_[place];
  if (entry.labelled != 0) return {.outcome = Outcome::repeated};
  entry.labelled = 1;
  return {Outcome::joined, entry.prediction, entry.prediction.predicted == truth};
}

bool LabelJoin::models_below(std::uint64_t bound) const {
  return std::all_of(entries_.begin(), entries_.begin() + static_cast<std::ptrdiff_t>(size_),
                     [&](const Entry& entry) { return entry.prediction.model < bound; });
}

Bytes LabelJoin::checkpoint() const {
  CheckpointWriter writer(kLetters, kVersion);
  writer.put(std::uint64_t{entries_.size()}).put(std::uint64_t{size_});
  for (std::size_t i = 0; i < size_; ++i)
    entries_[(oldest() + i) % entries_.size()].each_field([&](const auto& field) { writer.put(field); });
  return std::move(writer).take();
}

Status LabelJoin::restore(ByteView state) {
  const std::size_t bytes_max = kHeadBytes + entries_.size() * kEntryBytes;
  if (state.size() > bytes_max)
    return fail(Code::too_large,
                fmt::format("a label join's state of {} bytes, at most {} allowed", state.size(), bytes_max));
  CheckpointReader reader(state, kLetters, kVersion);
  std::uint64_t capacity = 0, size = 0;
  reader.get(capacity).get(size);
  LabelJoin read(entries_.size());
  bool holds = size <= entries_.size();
  for (std::uint64_t i = 0; i < size && holds; ++i) {
    Entry entry;
    entry.each_field([&](auto& field) { reader.get(field); });
    holds = entry.labelled <= 1 && read.add(entry.prediction);
    read.entries_[i].labelled = entry.labelled;
  }
  if (auto whole = reader.finish(); holds && !whole) return whole;
  if (capacity != entries_.size())
    return fail(Code::bad_state, fmt::format("a label join's state for {} inferences, here are {}", capacity,
                                             entries_.size()));
  if (!holds)
    return fail(Code::bad_state, "a label join's state: inferences too many, twice, or half labelled");
  *this = std::move(read);
  return {};
}

}  // namespace drover::drift
