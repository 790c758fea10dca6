// A KLL sketch as bytes: docs/formats/sketches.md.
#include <fmt/format.h>

#include <algorithm>

#include "drift/checkpoint.h"
#include "drift/state/kll.h"

namespace drover::drift {
namespace {

constexpr std::string_view kKind = "KLLF";
constexpr std::uint32_t kVersion = 1;

}  // namespace

Bytes Kll::to_bytes() const {
  CheckpointWriter writer(kKind, kVersion);
  writer.put(count_).put(random_.state()).put(levels_);
  for (std::size_t h = 0; h < levels_; ++h) writer.put(static_cast<std::uint16_t>(level(h).size()));
  for (std::size_t h = 0; h < levels_; ++h)
    for (const float value : level(h)) writer.put(value);
  return std::move(writer).take();
}

Result<Kll> Kll::from_bytes(ByteView bytes) {
  if (bytes.size() > kBytesMax)
    return fail(Code::too_large,
                fmt::format("a KLL sketch of {} bytes, at most {} allowed", bytes.size(), kBytesMax));
  CheckpointReader reader(bytes, kKind, kVersion);
  Kll read(0);
  std::uint64_t state = 0;
  reader.get(read.count_).get(state).get(read.levels_);
  read.random_ = SplitMix(state);
  if (read.levels_ > kLevelsMax)
    return fail(Code::bad_state, fmt::format("KLL levels: {}, at most {} allowed", read.levels_, kLevelsMax));
  std::array<std::uint16_t, kLevelsMax> sizes{};
  std::size_t items = 0;
  for (std::size_t h = 0; h < read.levels_; ++h) {
    reader.get(sizes[h]);
    items += sizes[h];
  }
  if (items > kItemsMax)
    return fail(Code::bad_state, fmt::format("KLL values: {}, at most {} allowed", items, kItemsMax));
  read.bounds_[0] = static_cast<std::uint16_t>(kItemsMax - items);
  for (std::size_t h = 0; h < read.levels_; ++h) {
    read.bounds_[h + 1] = static_cast<std::uint16_t>(read.bounds_[h] + sizes[h]);
    for (float& value : read.level(h)) reader.get(value);
  }
  DROVER_TRY(reader.finish());
  DROVER_TRY(read.check());
  return read;
}

Status Kll::check() const {
  if (levels_ == 0) return fail(Code::bad_state, "KLL levels: at least one expected");
  if (retained() > kll_capacity(levels_))
    return fail(Code::bad_state, fmt::format("KLL values: {} in {} levels, at most {} allowed", retained(),
                                             levels_, kll_capacity(levels_)));
  std::uint64_t weight = 0;
  for (std::size_t h = 0; h < levels_; ++h) {
    const auto values = level(h);
    weight += std::uint64_t{values.size()} << h;
    if (std::ranges::any_of(values, [](float v) { return std::isnan(v); }))
      return fail(Code::bad_state, fmt::format("KLL level {}: a NaN", h));
    if (h > 0 && !std::ranges::is_sorted(values))
      return fail(Code::bad_state, fmt::format("KLL level {}: not ascending", h));
  }
  if (weight != count_ || count_ > kCountMax)
    return fail(Code::bad_state,
                fmt::format("KLL: the values stand for {}, the count says {}", weight, count_));
  return {};
}

}  // namespace drover::drift
