#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <type_traits>

namespace drover::ring {

inline constexpr std::size_t kFeaturesMax = 32;

/// What a record tells of. A label is a record of its own, so that a late one needs no other path: `id` is
/// the inference's, `class_index` the truth, and of the rest only the time is given.
enum class Kind : std::uint16_t { inference = 0, label = 1 };

/// How an inference ended; everything but ok counts as an error. The numbers are those of drover.h.
enum class Outcome : std::uint16_t {
  ok = 0,
  failed = 1,     // the runtime or the application could not finish it
  nan = 2,        // an output held a NaN or an infinity
  timed_out = 3,  // it took longer than the application waits
};
inline constexpr std::uint16_t kOutcomes = 4;

/// "ok", "failed", "nan", "timed_out".
std::string_view name(Outcome outcome);

/// One inference or label, as it stands in shared memory: host byte order, no padding (docs/formats/ring.md).
struct Record {
  std::uint64_t id = 0;             // of the inference, unique on a device; what record() returned; never 0
  std::int64_t timestamp_ns = 0;    // since 1970-01-01T00:00:00Z, when it was recorded
  std::uint64_t latency_ns = 0;     // of the inference alone
  Kind kind = Kind::inference;      //
  Outcome outcome = Outcome::ok;    //
  std::uint16_t feature_count = 0;  // of `features`, from the first
  std::uint16_t reserved = 0;       // 0
  std::int32_t class_index = -1;    // top-1, or -1 where there is no class
  float confidence = -1;            // of the top-1, in [0, 1]; -1 where there is none
  std::array<std::uint8_t, 32> digest{};  // the bundle's SHA-256, all 0 when unknown
  std::array<float, kFeaturesMax> features{};
};
static_assert(sizeof(Record) == 200 && std::is_trivially_copyable_v<Record>);

/// Bytes of a record before its features.
inline constexpr std::size_t kRecordHeadBytes = sizeof(Record) - sizeof(float) * kFeaturesMax;

/// Whether every field is one that a well-behaved writer can have written. What comes out of shared memory is
/// checked with this before anybody looks at it.
bool is_valid(const Record& record);

}  // namespace drover::ring
