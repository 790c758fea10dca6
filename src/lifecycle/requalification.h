#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/clock.h"
#include "lifecycle/record.h"

namespace drover::lifecycle {

/// One name for an environment: the SHA-256 of its lines. Empty for an empty one, which nothing is known of.
std::string fingerprint(const Environment& environment);
/// What differs, in words: "kernel was 6.1.0, is 6.6.1"; empty when nothing.
std::string difference(const Environment& before, const Environment& now);

/// Why the active version is to show again that it is whole and does what it did.
enum class Cause : std::uint8_t {
  boot,         ///< the agent came up: nobody knows what happened since it last looked
  environment,  ///< the runtime, a delegate, the kernel or the OS is another one
  period,       ///< the time is over
};
std::string_view name(Cause cause);

/// What this life of the agent knows of its own looking.
struct Watch {
  bool looked = false;              // since the agent began
  Monotonic look_at{0};             // when the period or the wait for another try is over
  std::string looked_under;         // the environment's fingerprint then
  std::uint64_t tries = 0;          // in a row that decided nothing
  Monotonic mend_at{0};             // when the next repair may begin
  std::uint64_t mend_tries = 0;     // in a row
  bool mend_failed = false;         // of the active version: nothing took its place yet
  std::uint64_t replace_tries = 0;  // in a row, after which the active version was still the same
};

/// Whether no update is at work: in idle, probation and holding.
bool at_rest(State state);

/// What an agent at rest has to do about the versions on its disk.
enum class Duty : std::uint8_t {
  none,
  look,     ///< examine the active version
  replace,  ///< the active version is unfit and could not be repaired: look for another one
  mend,     ///< fetch the damaged version again
  retest,   ///< the version that failed under another environment may do well under this one
};

struct Due {
  Duty duty = Duty::none;
  std::optional<Cause> cause = {};     // of looking
  std::optional<Digest> version = {};  // what to mend or to test again
  Monotonic at = Monotonic::max();     // for none: when to ask again
};

/// An update goes first: nothing is due but in idle, probation and holding, and a version is tested again
/// only in idle. Without an environment (`now_under` empty) nothing is ever due.
Due duty(const Record& record, const Watch& watch, const std::string& now_under, Monotonic now);

/// How the golden samples ended.
enum class Samples : std::uint8_t { passed, failed, undecided };

/// What a failed smoke test of a version that once passed says. A worker that could not run, a lack of memory
/// and a time limit tell of the machine as much as of the model: those that a model can cause count when
/// `tries` in a row saw them, the others never.
Samples judge_samples(Code code, std::uint64_t tries);
inline constexpr std::uint64_t kTriesMax = 3;

/// What follows from a look at the active version.
enum class Remedy : std::uint8_t {
  none,        ///< it is qualified
  look_again,  ///< nothing was decided
  mend,        ///< it is damaged and does what it should: it stays while it is fetched again
  replace,     ///< another version takes its place, if one on the disk qualifies
};
/// Total over (whole or damaged) × Samples.
Remedy remedy(bool is_damaged, Samples samples);

/// Whether a kept version may take the active one's place without being fetched again.
bool is_usable(const Installed& version, const std::string& now_under);
/// The newest kept version that may, or null: "previous".
const Installed* way_back(const Record& record, const std::string& now_under = {});

}  // namespace drover::lifecycle
