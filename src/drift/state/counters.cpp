#include "drift/state/counters.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numeric>

#include "base/digest.h"
#include "drift/checkpoint.h"

namespace drover::drift {
namespace {

constexpr std::string_view kKind = "CNTR";
constexpr std::uint32_t kVersion = 1;

/// `visit(field)` in the order of the bytes, for writing and reading alike.
void each_field(auto& counters, auto visit) {
  visit(counters.reference), visit(counters.bins), visit(counters.missing), visit(counters.nan);
  visit(counters.positive_infinite), visit(counters.negative_infinite);
  visit(counters.min), visit(counters.max);
}

/// Sums without overflow: false when a part or the sum lies beyond the limit.
bool within_limit(const Counters& counters) {
  std::uint64_t total = counters.missing;
  if (total > Counters::kTotalMax) return false;
  for (const std::uint64_t count : counters.bins) {
    if (count > Counters::kTotalMax - total) return false;
    total += count;
  }
  return true;
}

}  // namespace

std::uint64_t fingerprint(const Distribution& reference) {
  constexpr std::string_view kHead{"BASE\1\0\0\0", 8};
  constexpr std::size_t kEdgeBytes = sizeof(float) + sizeof(std::uint32_t);
  std::array<std::uint8_t, kHead.size() + (kBins - 1) * kEdgeBytes + sizeof reference.slots + sizeof(double)>
      bytes;
  std::uint8_t* at = bytes.data();
  const auto put = [&at](const void* from, std::size_t size) {
    std::memcpy(std::exchange(at, at + size), from, size);
  };
  put(kHead.data(), kHead.size());
  for (std::size_t j = 0; j < kBins - 1; ++j) {
    put(&reference.edges[j], sizeof(float));
    put(&reference.ties[j], sizeof(std::uint32_t));
  }
  put(reference.slots.data(), sizeof reference.slots);
  if (reference.rank_error > 0) put(&reference.rank_error, sizeof(double));
  const Digest digest = sha256(ByteView(bytes).first(static_cast<std::size_t>(at - bytes.data())));
  std::uint64_t first = 0;
  std::memcpy(&first, digest.bytes.data(), sizeof first);
  return first;
}

std::uint32_t tie_of(std::uint64_t seed, std::uint64_t key) {
  return SplitMix(SplitMix(seed).next() ^ key).next_32();
}

void Counters::add(const Distribution& from, float value, std::uint32_t tie) {
  ++bins[from.bin(value, tie)];
  if (std::isfinite(value)) {
    min = std::min(min, value);
    max = std::max(max, value);
  } else {
    ++(std::isnan(value) ? nan : value > 0 ? positive_infinite : negative_infinite);
  }
}

std::uint64_t Counters::count() const { return std::accumulate(bins.begin(), bins.end(), std::uint64_t{0}); }

Status Counters::check() const {
  if (!within_limit(*this)) return fail(Code::bad_state, "counters: more than 2^53 values");
  const std::uint64_t values = count();
  std::uint64_t odd = 0;
  for (const auto part : {nan, positive_infinite, negative_infinite}) {
    if (part > values - odd) return fail(Code::bad_state, "counters: more NaN and infinities than values");
    odd += part;
  }
  const bool none = min == std::numeric_limits<float>::infinity() && max == -min;
  const bool range = std::isfinite(min) && std::isfinite(max) && min <= max;
  if (odd == values ? !none : !range)
    return fail(Code::bad_state, "counters: min and max are not those of the finite values");
  return {};
}

Status Counters::merge(const Counters& other) {
  if (reference != other.reference)
    return fail(Code::conflict,
                fmt::format("counts at the edges of baseline {:016x} cannot be added to those of {:016x}",
                            other.reference, reference));
  Counters sum = *this;
  for (std::size_t j = 0; j < kBins; ++j) sum.bins[j] += other.bins[j];
  sum.missing += other.missing;
  sum.nan += other.nan;
  sum.positive_infinite += other.positive_infinite;
  sum.negative_infinite += other.negative_infinite;
  sum.min = std::min(min, other.min);
  sum.max = std::max(max, other.max);
  if (!within_limit(sum)) return fail(Code::too_many, "the merged counts would exceed 2^53 values");
  *this = sum;
  return {};
}

Bytes Counters::to_bytes() const {
  CheckpointWriter writer(kKind, kVersion);
  each_field(*this, [&](const auto& field) { writer.put(field); });
  return std::move(writer).take();
}

Result<Counters> Counters::from_bytes(ByteView bytes) {
  CheckpointReader reader(bytes, kKind, kVersion);
  Counters read;
  each_field(read, [&](auto& field) { reader.get(field); });
  DROVER_TRY(reader.finish());
  DROVER_TRY(read.check());
  return read;
}

Result<ClassCounters> ClassCounters::make(const Distribution& reference,
                                          std::span<const std::uint32_t> classes) {
  if (classes.size() > kTrackedMax)
    return fail(Code::too_many, fmt::format("classes: {}, at most {} allowed", classes.size(), kTrackedMax));
  ClassCounters made;
  made.tracked_ = classes.size();
  std::ranges::copy(classes, made.classes_.begin());
  std::ranges::sort(made.classes_.begin(),
                    made.classes_.begin() + static_cast<std::ptrdiff_t>(made.tracked_));
  if (std::ranges::adjacent_find(made.classes()) != made.classes().end())
    return fail(Code::invalid_argument, "classes: one is named twice");
  made.counters_.fill(Counters::of(reference));
  return made;
}

Counters& ClassCounters::at(std::uint32_t predicted) {
  const auto names = classes();
  const auto found = std::ranges::lower_bound(names, predicted);
  return counters_[found != names.end() && *found == predicted
                       ? static_cast<std::size_t>(found - names.begin())
                       : tracked_];
}

Status ClassCounters::merge(const ClassCounters& other) {
  if (!std::ranges::equal(classes(), other.classes()))
    return fail(Code::conflict, "counts by other classes cannot be added");
  ClassCounters sum = *this;
  for (std::size_t i = 0; i <= tracked_; ++i) DROVER_TRY(sum.counters_[i].merge(other.counters_[i]));
  *this = sum;
  return {};
}

}  // namespace drover::drift
