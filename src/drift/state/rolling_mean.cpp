#include "drift/state/rolling_mean.h"

#include <fmt/format.h>

#include <cmath>

#include "drift/checkpoint.h"

namespace drover::drift {
namespace {

constexpr std::string_view kKind = "ROLL";
constexpr std::uint32_t kVersion = 1;

std::int64_t units(float value) { return static_cast<std::int64_t>(std::nearbyint(double{value} * 0x1p53)); }

}  // namespace

bool RollingMean::add(float value) {
  if (!(value >= 0 && value <= 1)) return false;
  if (count_ == kSize)
    sum_ -= units(values_[next_]);
  else
    ++count_;
  sum_ += units(value);
  values_[next_] = value;
  next_ = (next_ + 1) % kSize;
  return true;
}

std::optional<double> RollingMean::mean() const {
  if (count_ == 0) return std::nullopt;
  return static_cast<double>(sum_) / count_ * 0x1p-53;
}

float RollingMean::nth(std::size_t i) const { return values_[(next_ + kSize - count_ + i) % kSize]; }

bool RollingMean::operator==(const RollingMean& other) const {
  if (count_ != other.count_) return false;
  for (std::size_t i = 0; i < count_; ++i)
    if (nth(i) != other.nth(i)) return false;
  return true;
}

Bytes RollingMean::to_bytes() const {
  CheckpointWriter writer(kKind, kVersion);
  writer.put(count_);
  for (std::size_t i = 0; i < count_; ++i) writer.put(nth(i));
  return std::move(writer).take();
}

Result<RollingMean> RollingMean::from_bytes(ByteView bytes) {
  CheckpointReader reader(bytes, kKind, kVersion);
  RollingMean read;
  std::uint32_t count = 0;
  reader.get(count);
  if (count > kSize)
    return fail(Code::bad_state, fmt::format("rolling mean: {} values, at most {} allowed", count, kSize));
  for (std::uint32_t i = 0; i < count; ++i) {
    float value = 0;
    reader.get(value);
    if (!read.add(value))
      return fail(Code::bad_state, fmt::format("rolling mean: value {} is not in [0, 1]", i));
  }
  DROVER_TRY(reader.finish());
  return read;
}

}  // namespace drover::drift
