#include "lifecycle/trusted_time.h"

#include <fmt/format.h>

#include <algorithm>

namespace drover::lifecycle {

UnixTime floor_of(const TimeBounds& bounds) {
  return std::max(bounds.built, bounds.issued.value_or(bounds.built));
}

UnixTime judged_time(UnixTime now, const TimeBounds& bounds) { return std::max(now, floor_of(bounds)); }

bool is_far_ahead(UnixTime now, const TimeBounds& bounds) {
  return bounds.last_expiry && now > *bounds.last_expiry;
}

Status judge_clock(UnixTime now, const TimeBounds& bounds) {
  const UnixTime floor = floor_of(bounds);
  if (now < floor)
    return fail(Code::clock_untrusted,
                fmt::format("the clock says {} but it is at least {}; installs wait until it is set",
                            format_time(now), format_time(floor)));
  if (is_far_ahead(now, bounds))
    return fail(
        Code::clock_untrusted,
        fmt::format(
            "the clock says {} and all trusted metadata ended by {}; installs wait until the clock is "
            "right or the repository is signed anew",
            format_time(now), format_time(*bounds.last_expiry)));
  return {};
}

}  // namespace drover::lifecycle
