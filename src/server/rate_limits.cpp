#include "server/rate_limits.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include "base/bytes.h"
#include "server/router.h"

namespace drover::server {
namespace {

constexpr std::size_t kAddressesMax = 10'000;  // about 1 MB
constexpr std::size_t kDevicesMax = 100'000;   // about 10 MB

net::Response refusal(const char* what, std::chrono::nanoseconds wait) {
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(wait).count();
  net::Response response =
      error_response({Code::too_many, fmt::format("{}: try again in {} s", what, seconds)});
  response.headers.emplace_back("retry-after", std::to_string(seconds));
  return response;
}

}  // namespace

RateLimits::RateLimits(const Config& config)
    : enrolments_by_address_({config.enrolments_per_minute}, kAddressesMax),
      enrolments_({config.enrolments_per_minute_total}, 1),
      telemetry_by_device_({config.telemetry_per_minute}, kDevicesMax) {}

std::optional<net::Response> RateLimits::enrolment(const std::string& address, Monotonic now) {
  const std::lock_guard lock(mutex_);
  if (const auto wait = enrolments_by_address_.take(caller_of(address), now))
    return refusal("too many enrolments from this address", *wait);
  if (const auto wait = enrolments_.take("", now)) return refusal("too many enrolments", *wait);
  return std::nullopt;
}

std::optional<net::Response> RateLimits::telemetry(const std::string& device, Monotonic now) {
  const std::lock_guard lock(mutex_);
  if (const auto wait = telemetry_by_device_.take(device, now))
    return refusal("too much telemetry from this device", *wait);
  return std::nullopt;
}

std::string caller_of(const std::string& address) {
  in6_addr bytes{};
  if (inet_pton(AF_INET6, address.c_str(), &bytes) != 1) return address;
  const ByteView all(bytes.s6_addr, sizeof bytes.s6_addr);
  return hex(IN6_IS_ADDR_V4MAPPED(&bytes) ? all : all.first(8));
}

}  // namespace drover::server
