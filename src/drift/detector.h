#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"
#include "drift/baseline.h"

/// One interface over every sequential detector: chosen by name with settings, fed, saved, restored,
/// replayed.
namespace drover::drift {

/// The numbers that made an alarm.
struct Alarm {
  std::uint64_t index = 0;  // observations up to and with the alarming one, over all lives
  double statistic = 0;     // what was compared…
  double threshold = 0;     // …and reached
  std::uint64_t n = 0;      // observations that the statistic rests on
  double n_effective = 0;   // the same, less what autocorrelation takes away; n where it is not estimated
  std::string family;       // what changed: "location", "scale", …; empty where the detector cannot say
  std::string direction;    // "up", "down" or empty
  double size = 0;          // in the family's own unit; 0 where the detector cannot say
  std::uint64_t onset = 0;  // observations before the change seems to have begun
};

/// What a detector may know of the time before: the baseline's bins, and its first two moments.
struct Reference {
  const Distribution* distribution = nullptr;  // must outlive the detector
  double mean = 0, deviation = 0;              // of the finite baseline values
};

class Detector {
 public:
  virtual ~Detector() = default;
  /// One observation, in order. NaN is a missing value: the urn counts it as +∞, others leave it out.
  virtual std::optional<Alarm> update(double value) = 0;
  /// After an alarm judged "not drift": goes on with what was learnt of the reference, the evidence begins
  /// again.
  virtual void restart() = 0;
  /// The whole state, little-endian, with a version: docs/formats/detector.md.
  [[nodiscard]] virtual Bytes checkpoint() const = 0;
  /// Takes a checkpoint of a detector of the same name, settings and reference, or refuses it and stays as it
  /// is. Errors: bad_state, unsupported.
  virtual Result<void> restore(ByteView state) = 0;
};

/// A setting as people give it: `--set alpha=0.01`.
struct Setting {
  std::string_view name, meaning;
  double standard, min, max;
};

enum class Needs : std::uint8_t { nothing, moments, distribution };

/// A row of the table of detectors.
struct DetectorKind {
  std::string_view name, summary, source;
  Needs needs;
  std::span<const Setting> settings;
  using Values = std::map<std::string, double, std::less<>>;
  /// `values` holds every setting, within its range.
  Result<std::unique_ptr<Detector>> (*make)(const Values& values, const Reference& reference);
};

/// All detectors, by name.
std::span<const DetectorKind> detector_kinds();

/// Errors: not_found for a name that is in no row (the message lists them), invalid_argument for a setting
/// that does not exist or lies outside its range, or a reference that lacks what the detector needs.
Result<std::unique_ptr<Detector>> make_detector(std::string_view name, const DetectorKind::Values& settings,
                                                const Reference& reference);

}  // namespace drover::drift
