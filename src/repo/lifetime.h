#pragma once

#include <chrono>

#include "base/clock.h"
#include "trust/metadata.h"

namespace drover::repo {

/// How long a role holds each time it is signed, as it says itself; `otherwise` when it does not.
std::chrono::seconds lifetime_of(const trust::Common& role, std::chrono::seconds otherwise);
void set_lifetime(trust::Common& role, std::chrono::seconds lifetime);
/// Sets expires, `now` and a lifetime on.
void extend(trust::Common& role, UnixTime now, std::chrono::seconds otherwise);
/// Whether less than half of its life is left.
bool is_due(const trust::Common& role, UnixTime now, std::chrono::seconds otherwise);

}  // namespace drover::repo
