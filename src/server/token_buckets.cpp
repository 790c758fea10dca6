#include "server/token_buckets.h"

#include <algorithm>

namespace drover::server {
namespace {

constexpr std::chrono::minutes kPeriod{1};

}  // namespace

TokenBuckets::TokenBuckets(Rate rate, std::size_t keys_max)
    : interval_(rate.per_minute == 0 ? std::chrono::nanoseconds(0)
                                     : std::chrono::nanoseconds(kPeriod) /
                                           static_cast<std::int64_t>(std::min<std::uint64_t>(
                                               rate.per_minute, std::chrono::nanoseconds(kPeriod).count()))),
      depth_(kPeriod),
      keys_max_(keys_max) {}

std::optional<std::chrono::nanoseconds> TokenBuckets::take(const std::string& key, Monotonic now) {
  if (interval_.count() == 0) return std::nullopt;
  Monotonic& full_at = bucket_of(key, now);
  const Monotonic after = std::max(full_at, now) + interval_;
  if (const auto missing = after - now - depth_; missing.count() > 0) return missing;
  full_at = after;
  return std::nullopt;
}

Monotonic& TokenBuckets::bucket_of(const std::string& key, Monotonic now) {
  if (const auto found = full_at_.find(key); found != full_at_.end()) return found->second;
  if (full_at_.size() >= keys_max_ && now >= forget_next_) forget_full(now);
  return full_at_.size() < keys_max_ ? full_at_[key] : shared_;
}

void TokenBuckets::forget_full(Monotonic now) {
  std::erase_if(full_at_, [now](const auto& entry) { return entry.second <= now; });
  forget_next_ = now + std::chrono::seconds(1);
}

}  // namespace drover::server
