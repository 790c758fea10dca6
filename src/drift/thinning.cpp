#include "drift/thinning.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace drover::drift {
namespace {

constexpr double kCorrelationMax = 0.05;  // statistics that assume independence stand this much
constexpr double kErrors = 3;             // standard errors from which a correlation is believed
constexpr std::uint64_t kReview = 128, kWarmUp = 512;
constexpr std::uint32_t kWarmUpLevel = 5;

}  // namespace

Thinning::Thinning(std::uint64_t stride_max) : stride_max_(std::bit_floor(stride_max)) {
  choose_level(stride_max_ > 1 ? kWarmUpLevel : 0);
}

bool Thinning::keep(double score) {
  const bool kept = seen() % stride() == 0;
  lag_.add(score);
  kept_ += kept;
  if (seen() % kReview == 0 && seen() >= kWarmUp) {
    std::uint32_t level = 0;
    while (level + 1 < LagEstimate::kLevels && (std::uint64_t{2} << level) <= stride_max_ && dependent(level))
      ++level;
    if (level != level_) choose_level(level);
  }
  return kept;
}

bool Thinning::dependent(std::size_t level) const {
  const double size = std::abs(lag_.correlation(level));
  return size > kCorrelationMax && size * std::sqrt(lag_.pairs(level)) > kErrors;
}

void Thinning::choose_level(std::uint32_t level) {
  level_ = level;
  std::shift_right(spans_.begin(), spans_.end(), 1);
  spans_[0] = {.kept = kept_, .seen = seen(), .stride = stride()};
}

double Thinning::effective(double n) const {
  const double rho = correlation();
  const bool believed = rho * std::sqrt(lag_.pairs(level_)) > 2;
  return believed ? n * (1 - rho) / (1 + rho) : n;
}

std::uint64_t Thinning::place(std::uint64_t kept) const {
  const Span* oldest = &spans_[0];
  for (const Span& span : spans_) {
    if (span.stride == 0) break;
    oldest = &span;
    if (span.kept <= kept) return std::min(seen(), span.seen + (kept - span.kept) * span.stride);
  }
  // Before the oldest time remembered: in proportion.
  return static_cast<std::uint64_t>(static_cast<double>(oldest->seen) * static_cast<double>(kept) /
                                    static_cast<double>(oldest->kept));
}

bool Thinning::holds() const {
  if (level_ >= LagEstimate::kLevels || stride() > std::max(stride_max_, std::uint64_t{1} << kWarmUpLevel) ||
      (stride_max_ == 1 && level_ != 0) || kept_ > seen() || spans_[0].stride != stride())
    return false;
  for (std::size_t i = 0; i < spans_.size(); ++i) {
    const Span& span = spans_[i];
    if (span.stride > std::uint64_t{1} << LagEstimate::kLevels || span.kept > kept_ || span.seen > seen())
      return false;
    if (i > 0 && (span.kept > spans_[i - 1].kept || span.seen > spans_[i - 1].seen)) return false;
  }
  return true;
}

}  // namespace drover::drift
