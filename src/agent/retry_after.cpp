#include "agent/retry_after.h"

#include <algorithm>
#include <charconv>

namespace drover::agent {
namespace {

constexpr std::chrono::seconds kLongest{3600};

}  // namespace

std::chrono::milliseconds retry_after(const Result<net::ClientResponse>& response) {
  if (!response || (response->status != 429 && response->status != 503)) return {};
  const std::string text = response->header("retry-after");
  std::uint64_t seconds = 0;
  const char* end = text.data() + text.size();
  if (const auto read = std::from_chars(text.data(), end, seconds); read.ec != std::errc() || read.ptr != end)
    return {};  // also a date, which a clock that is wrong cannot read
  return std::chrono::seconds(std::min<std::uint64_t>(seconds, kLongest.count()));
}

}  // namespace drover::agent
