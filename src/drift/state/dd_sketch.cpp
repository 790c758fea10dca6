#include "drift/state/dd_sketch.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "drift/checkpoint.h"

namespace drover::drift {
namespace {

constexpr std::string_view kKind = "DDSK";
constexpr std::uint32_t kVersion = 1;

/// P(s) = ((A·s + B)·s + C)·s is about log₂(1 + s) on [0, 1); (1 + s)·P′(s) ≥ 10/7, so that a step of
/// 1/kPerOctave in P is a factor of at most γ in x.
constexpr double kA = 6.0 / 35, kB = -3.0 / 5, kC = 10.0 / 7;
constexpr double kLnGamma = 0.020000666706669543;  // ln(1.01/0.99)
constexpr double kPerOctave = 1 / (kC * kLnGamma);
/// Doubles from 2^-1022 to 2^1024.
constexpr std::int32_t kBucketMin = -35800, kBucketMax = 35850;

double cubic(double s) { return ((kA * s + kB) * s + kC) * s; }

/// The lower border of a bucket: the x whose interpolated logarithm is (bucket − 1)/kPerOctave.
double lower_border(std::int32_t bucket) {
  const double wanted = (bucket - 1) / kPerOctave, octave = std::floor(wanted);
  double low = 0, high = 1;
  for (int step = 0; step < 60; ++step) {
    const double middle = (low + high) / 2;
    (cubic(middle) < wanted - octave ? low : high) = middle;
  }
  return std::ldexp(1 + high, static_cast<int>(octave));
}

}  // namespace

std::int32_t DdSketch::bucket_of(double value) {
  int exponent = 0;
  const double s = 2 * std::frexp(value, &exponent) - 1;
  return static_cast<std::int32_t>(std::ceil((exponent - 1 + cubic(s)) * kPerOctave));
}

double DdSketch::value_of(std::int32_t bucket) { return lower_border(bucket) * (1 + kRelativeError); }

std::size_t DdSketch::slot(std::int32_t bucket) {
  constexpr auto kSize = static_cast<std::int32_t>(kBuckets);
  const std::int32_t rest = bucket % kSize;
  return static_cast<std::size_t>(rest < 0 ? rest + kSize : rest);
}

void DdSketch::add(double value) {
  if (std::isnan(value)) {
    ++nan_;
    return;
  }
  if (value < std::numeric_limits<double>::min())
    ++zero_;
  else if (std::isinf(value))
    ++infinite_;
  else
    put(bucket_of(value), 1);
  ++count_;
}

/// Adds to a bucket; what lies below the 480 highest goes into the lowest of them. Before `count_` grows.
void DdSketch::put(std::int32_t bucket, std::uint64_t count) {
  if (!has_buckets())
    highest_ = bucket;
  else if (bucket > highest_)
    raise(bucket);
  at(std::max(bucket, lowest())) += count;
}

/// Moves the window up to a new highest bucket; the buckets that leave it collapse into the new lowest.
void DdSketch::raise(std::int32_t bucket) {
  const std::int32_t old_lowest = lowest(), old_highest = highest_;
  highest_ = bucket;
  std::uint64_t fallen = 0;
  for (std::int32_t b = old_lowest; b <= old_highest && b < lowest(); ++b) {
    fallen += at(b);
    at(b) = 0;
  }
  at(lowest()) += fallen;
}

Status DdSketch::merge(const DdSketch& other) {
  if (other.count_ + other.nan_ > kTotalMax - std::min(kTotalMax, count_ + nan_))
    return fail(Code::too_many, "the merged sketch would exceed 2^53 values");
  const DdSketch source = other;  // it may be this very sketch
  if (source.has_buckets())
    for (std::int32_t b = source.highest_; b >= source.lowest(); --b)
      if (const std::uint64_t count = source.at(b); count > 0) {
        put(b, count);
        count_ += count;
      }
  zero_ += source.zero_;
  infinite_ += source.infinite_;
  nan_ += source.nan_;
  count_ += source.zero_ + source.infinite_;
  return {};
}

std::uint64_t DdSketch::collapsed() const { return has_buckets() ? at(lowest()) : 0; }

double DdSketch::quantile(double q) const {
  if (count_ == 0) return std::numeric_limits<double>::quiet_NaN();
  const double wanted = std::ceil(q * static_cast<double>(count_));
  std::uint64_t below = zero_;
  if (zero_ > 0 && static_cast<double>(below) >= wanted) return 0;
  if (has_buckets())
    for (std::int32_t b = lowest(); b <= highest_; ++b) {
      below += at(b);
      if (at(b) > 0 && static_cast<double>(below) >= wanted) return value_of(b);
    }
  return std::numeric_limits<double>::infinity();
}

Bytes DdSketch::to_bytes() const {
  CheckpointWriter writer(kKind, kVersion);
  writer.put(zero_).put(infinite_).put(nan_).put(highest_);
  const auto used = std::ranges::count_if(buckets_, [](std::uint64_t count) { return count > 0; });
  writer.put(static_cast<std::uint16_t>(used));
  for (std::int32_t b = highest_; b >= lowest(); --b)
    if (at(b) > 0) writer.put(static_cast<std::uint16_t>(highest_ - b)).put(at(b));
  return std::move(writer).take();
}

Result<DdSketch> DdSketch::from_bytes(ByteView bytes) {
  if (bytes.size() > kBytesMax)
    return fail(Code::too_large,
                fmt::format("a DDSketch of {} bytes, at most {} allowed", bytes.size(), kBytesMax));
  CheckpointReader reader(bytes, kKind, kVersion);
  DdSketch read;
  std::uint16_t used = 0;
  reader.get(read.zero_).get(read.infinite_).get(read.nan_).get(read.highest_).get(used);
  if (read.highest_ < kBucketMin || read.highest_ > kBucketMax || (used == 0 && read.highest_ != 0))
    return fail(Code::bad_state, fmt::format("DDSketch highest bucket: {} cannot be", read.highest_));
  std::uint64_t total = 0;
  const auto add = [&total](std::uint64_t count) {
    total = count > kTotalMax || total > kTotalMax ? kTotalMax + 1 : total + count;
  };
  add(read.zero_), add(read.infinite_);
  for (int i = 0, before = -1; i < used; ++i) {
    std::uint16_t below = 0;
    std::uint64_t count = 0;
    reader.get(below).get(count);
    if (below <= before || below >= kBuckets || count == 0 || (i == 0 && below != 0))
      return fail(Code::bad_state, fmt::format("DDSketch bucket {}: not descending, or empty", i));
    before = below;
    read.at(read.highest_ - below) = count;
    add(count);
  }
  DROVER_TRY(reader.finish());
  read.count_ = total;
  add(read.nan_);
  if (total > kTotalMax) return fail(Code::bad_state, "DDSketch: more than 2^53 values");
  return read;
}

}  // namespace drover::drift
