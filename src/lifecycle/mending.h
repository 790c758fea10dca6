#pragma once

#include <string>

#include "lifecycle/record.h"

namespace drover::lifecycle {

/// What a look at the versions on the disk, and what follows from it, changes in the record. The state itself
/// is set by the caller.

/// The active or a kept version with this digest, or null.
const Installed* find_version(const Record& record, const Digest& digest);
Installed* find_version(Record& record, const Digest& digest);

/// The active version is whole, with this manifest, and its golden samples passed.
void qualified(Record& record, const Digest& manifest, const Environment& environment, UnixTime now);
/// It is not, or its samples failed; it stays active for now.
void not_qualified(Record& record, Failure why, const Environment& environment, UnixTime now);

/// The version is to be fetched again; until mended(), swapped(), mending_failed() or begin() the update
/// under way is about it and not about the assignment.
void begin_mending(Record& record, const Digest& digest);
/// The same for one that is whole and only to be tested again.
void begin_retest(Record& record, const Digest& digest);
/// The active version is whole again and passed.
void mended(Record& record, const Environment& environment, UnixTime now);
/// A kept one is and did, and is about to be active again.
void may_return(Record& record, UnixTime now);
/// `fails_under`: the fingerprint of the environment in which its samples failed; empty when they did not.
void mending_failed(Record& record, const Failure& why, const std::string& fails_under, UnixTime now);

/// `to` takes the active version's place: nothing is quarantined, and the version that should run stays on
/// the disk to return to. Then rolling_back and restored().
void fall_back(Record& record, const Digest& to, Failure why);

}  // namespace drover::lifecycle
