#pragma once

#include <mutex>

#include "net/server.h"
#include "server/config.h"
#include "server/token_buckets.h"

namespace drover::server {

/// What callers may do only so often. From any thread.
class RateLimits {
 public:
  explicit RateLimits(const Config& config);

  /// Counts an attempt to enrol from this address; the answer that refuses it, if it is one too many. The
  /// wait is in Retry-After.
  std::optional<net::Response> enrolment(const std::string& address, Monotonic now);
  /// The same for a device's telemetry.
  std::optional<net::Response> telemetry(const std::string& device, Monotonic now);

 private:
  std::mutex mutex_;
  TokenBuckets enrolments_by_address_;  // all guarded by mutex_
  TokenBuckets enrolments_;
  TokenBuckets telemetry_by_device_;
};

/// What of an address tells callers apart: an IPv4 address whole, of IPv6 the network (64 bits), since a
/// caller has all of that. Anything else as it is.
std::string caller_of(const std::string& address);

}  // namespace drover::server
