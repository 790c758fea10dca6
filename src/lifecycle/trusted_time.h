#pragma once

#include <optional>
#include <string_view>

#include "base/clock.h"

namespace drover::lifecycle {

/// What is known about time without believing the clock.
struct TimeBounds {
  UnixTime built{};                     // when this program was built
  std::optional<UnixTime> issued;       // the newest `issued` in offline-signed metadata
  std::optional<UnixTime> last_expiry;  // the latest `expires` among the trusted metadata
};

/// No right clock shows an earlier time.
UnixTime floor_of(const TimeBounds& bounds);

/// The time that expiry and certificates are judged by: the clock's, but never one that cannot be.
UnixTime judged_time(UnixTime now, const TimeBounds& bounds);

/// Whether the clock is beyond the end of all metadata.
bool is_far_ahead(UnixTime now, const TimeBounds& bounds);

/// Whether `now` can be the time. A clock below the floor is behind; one beyond the last expiry of all
/// metadata is either far ahead or the repository is dead for longer than any signature lasts: in both cases
/// nothing new can be trusted. Judged anew each time and never stored, so that all heals when the clock does.
/// Errors: clock_untrusted, which says what is known and what to do.
Status judge_clock(UnixTime now, const TimeBounds& bounds);

}  // namespace drover::lifecycle
