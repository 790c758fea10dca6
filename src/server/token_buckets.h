#pragma once

#include <optional>
#include <string>
#include <unordered_map>

#include "base/clock.h"

namespace drover::server {

/// How often something may happen: that many at once, and again as many spread over each minute.
struct Rate {
  std::uint64_t per_minute = 0;  // 0: without limit
};

/// A token bucket for each key (an address, a device), kept as the moment when it will be full again (the
/// generic cell rate algorithm): one number a key. At most `keys_max` keys are held; buckets that are full
/// are forgotten, and while there are more than that under way, the newcomers share one bucket. Pure: the
/// time is the caller's.
class TokenBuckets {
 public:
  TokenBuckets(Rate rate, std::size_t keys_max);

  /// Takes a token; or how long until there is one, and takes nothing.
  std::optional<std::chrono::nanoseconds> take(const std::string& key, Monotonic now);
  [[nodiscard]] std::size_t size() const { return full_at_.size(); }

 private:
  Monotonic& bucket_of(const std::string& key, Monotonic now);
  void forget_full(Monotonic now);

  std::chrono::nanoseconds interval_;  // between two tokens; 0: without limit
  std::chrono::nanoseconds depth_;     // of a full bucket
  std::size_t keys_max_;
  std::unordered_map<std::string, Monotonic> full_at_;
  Monotonic shared_{0};       // the newcomers' bucket
  Monotonic forget_next_{0};  // looking through all keys is not for every request
};

}  // namespace drover::server
