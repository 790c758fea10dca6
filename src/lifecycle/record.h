#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/digest.h"
#include "base/ids.h"
#include "lifecycle/counts.h"
#include "lifecycle/quarantine.h"
#include "lifecycle/transitions.h"

namespace drover::lifecycle {

/// What somebody decided that the device should run. `order` grows with each decision; a standalone device
/// has no orders (0): there another version is another decision.
struct Assignment {
  Version version;
  std::uint64_t order = 0;
  bool operator==(const Assignment&) const = default;
};

/// What a version's outputs depend on beside itself: runtime, library, delegates, kernel, OS, by these names.
using Environment = std::map<std::string, std::string>;
inline constexpr std::size_t kEnvironmentMax = 16;

/// The bundle chosen for it, as the signed metadata names it.
struct Target {
  Digest digest;
  std::uint64_t length = 0;
  std::uint64_t size_unpacked = 0;
  std::string path;                     // below the repository's targets/, as file_path() gives it
  std::string variant;                  // empty: the version's only one
  std::optional<Digest> manifest = {};  // SHA-256 of its manifest.json, once unpacked
  bool operator==(const Target&) const = default;
};

/// A version on the disk.
struct Installed {
  Version version;
  Digest digest;
  std::uint64_t order = 0;
  std::string variant;
  bool committed = false;               // it passed its probation
  std::optional<Digest> manifest = {};  // SHA-256 of its manifest.json, which names those of its other files
  bool damaged = false;                 // its files are not what they were
  std::string fails_under = {};         // the environment's fingerprint under which its samples failed
  bool operator==(const Installed&) const = default;
};

/// Why the last update ended as it did.
struct Failure {
  Code code = Code::internal;
  std::string message;
  bool operator==(const Failure&) const = default;
};

/// The last look at the active version: its files and its golden samples.
struct Qualification {
  UnixTime at{};  // by the device's clock, right or wrong
  Environment environment;
  std::optional<Failure> failure;  // none: it passed
  bool operator==(const Qualification&) const = default;
};

/// The active version runs in the place of a kept one, which is to return when it is whole, or when the
/// environment changes.
struct StandIn {
  Digest digest;
  Failure why;
  bool operator==(const StandIn&) const = default;
};

/// Probation so far. Time is counted, not read from a clock that may jump.
struct Trial {
  Counts before;
  Counts after;
  std::uint64_t elapsed_ms = 0;
  bool adopted = false;    // a record with the new digest arrived
  std::string alarm = {};  // what a detector of drift said first, in words; empty: none alarmed
  bool operator==(const Trial&) const = default;
};

/// A line of `drover-agent history`.
struct Outcome {
  UnixTime at{};  // by the device's clock, right or wrong
  Version version;
  std::uint64_t order = 0;
  std::string result;  // "committed", "rolled_back", … or an error's code: docs/formats/device.md
  std::string message;
  bool operator==(const Outcome&) const = default;
};
inline constexpr std::size_t kHistoryMax = 32;

/// All that a device must remember about one model: a part of state.json.
struct Record {
  std::uint64_t revision = 0;  // grows with each write
  State state = State::idle;
  std::optional<Assignment> assignment;  // the newest one heard
  std::optional<Assignment> pending;     // came when it could not be taken up
  std::optional<Target> target;          // what the update under way fetches
  std::optional<Installed> active;       // what the symlink names, or is about to
  std::vector<Installed> kept;           // to go back to, newest first; the first is "previous" (swapped())
  std::optional<Digest> going_back_to;   // while rolling back; none: nothing is kept
  std::optional<Failure> falling_back;   // while rolling back because the active version is unfit
  std::optional<Digest> mending;         // what the work under way repairs; none: it is the assignment's
  std::optional<StandIn> stands_in;
  std::optional<Qualification> qualification;  // of the active version
  std::uint64_t attempts = 0;                  // of the present state's work
  std::uint64_t rounds = 0;                    // failed tries of this assignment as a whole
  std::optional<Failure> error;                // of this assignment
  std::optional<Trial> trial;
  Counts usual;  // of the active version, outside of probation
  std::vector<Quarantined> quarantine;
  bool pinned = false;
  std::vector<Outcome> history;  // oldest first
  bool operator==(const Record&) const = default;
};

/// Whether the record has what its state works on. Errors: bad_state.
Status check(const Record& record);

using Records = std::map<ModelName, Record>;

/// reported.models.NAME of the shadow, and what `drover-agent status` tells.
struct Report {
  State state = State::idle;
  std::optional<Version> version;  // the active one
  std::optional<Digest> digest;
  std::uint64_t order = 0;       // the assignment that state and error are about
  std::optional<Failure> error;  // the assignment's, else why the active version is not the one it should be
  std::optional<Version> previous;
  bool pinned = false;
  std::optional<Qualification> qualification;
  std::optional<Version> standing_in_for;
  bool operator==(const Report&) const = default;
};
Report report_of(const Record& record);

}  // namespace drover::lifecycle
