#pragma once

#include "lifecycle/record.h"

namespace drover::lifecycle {

/// What each step of an update changes in the record. The state itself is set by the caller.

/// An assignment is taken up; what an earlier one left behind is forgotten.
void begin(Record& record, const Assignment& assignment);
/// The swap is done: the target is active and on trial, and the version before it is the previous one if it
/// had been committed, or if nothing that was is there to go back to and nobody took it back: it passed its
/// smoke test. Of such there are at most `keep` less one. The target's smoke test was just passed under
/// `environment`. A version that was mended and had been committed is so again, without another trial.
void swapped(Record& record, std::size_t keep, const Environment& environment, UnixTime now);
/// Probation passed: the version stays, with at most `keep` on the disk in all (at least itself and one
/// before).
void commit(Record& record, std::size_t keep, UnixTime now);
/// The active version is taken back to `to`, or nowhere when nothing is kept.
void take_back(Record& record, std::optional<Digest> to, Failure why);
/// `active` names the version that take_back() or fall_back() chose. One that was never committed and is not
/// a stand-in has its probation before it again.
void restored(Record& record, UnixTime now);
/// The update ends without having touched the active version.
void abandon(Record& record, Failure why, UnixTime now);
void note(Record& record, UnixTime now, std::string result, std::string message = {});
/// The same about a version that is not the assignment's.
void note_version(Record& record, const Installed& version, UnixTime now, std::string result,
                  std::string message = {});

/// Whether the active version still has its probation before it.
bool is_on_trial(const Record& record);
/// Whether the assignment differs from the one the record knows.
bool is_news(const Record& record, const Assignment& assignment);
/// The order that a later assignment may not be below; none before the first.
std::optional<std::uint64_t> order_reached(const Record& record);
/// Whether an idle record has done for its assignment what it can: it runs, or was refused for good.
bool is_settled(const Record& record);

}  // namespace drover::lifecycle
