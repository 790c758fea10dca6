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
  double threshold = 0;     // …and reached (by EDDM from above)
  std::uint64_t n = 0;      // observations that the statistic rests on
  double n_effective = 0;   // the same, less what autocorrelation takes away; n where it is not estimated
  std::string family;       // what changed: "location", "scale", …; empty where the detector cannot say
  std::string direction;    // "up", "down" or empty
  double size = 0;          // in the family's own unit; 0 where the detector cannot say
  std::uint64_t onset = 0;  // observations before the change seems to have begun
  bool operator==(const Alarm&) const = default;
};

/// What a detector may know of the time before: the baseline's bins, and its first two moments.
struct Reference {
  const Distribution* distribution = nullptr;  // must outlive the detector
  double mean = 0, deviation = 0;              // of the finite baseline values
};

/// Where a detector stands: what it compares now, and from where on it alarms.
struct Standing {
  double statistic = 0, threshold = 0;
};

class Detector {
 public:
  virtual ~Detector() = default;
  /// One observation, in order. The detectors that bin (urn, ks_window, ks_sequential, psi_window) count NaN
  /// as +∞ and ±∞ in the outermost bins; the others leave NaN and what no float32 holds out, and those that
  /// take errors everything but 0 and 1: such a value counts in Alarm::index and does nothing else.
  std::optional<Alarm> update(double value) { return take(observe(value)); }
  /// The two steps of update(). observe() says what the detector sees of a value: its bin (0…63) for those
  /// that bin, with ties broken by the detector's own generator; the value itself for the others. What take()
  /// was given, given again from the same checkpoint, makes the same alarm to the bit (evidence.h).
  virtual double observe(double value) { return value; }
  virtual std::optional<Alarm> take(double observed) = 0;
  /// After an alarm judged "not drift": goes on with what was learnt of the reference, the evidence begins
  /// again. (The classical detectors do so by themselves after each alarm.)
  virtual void restart() = 0;
  /// Nothing from a detector that keeps no such number between observations.
  [[nodiscard]] virtual std::optional<Standing> standing() const { return std::nullopt; }
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
  bool whole = false;  // whole numbers only
};

/// What a detector needs of the reference, and what values it takes of the stream: any numbers, or 1 for an
/// error and 0 for none.
enum class Needs : std::uint8_t { nothing, moments, distribution };
enum class Takes : std::uint8_t { numbers, errors };

/// A row of the table of detectors.
struct DetectorKind {
  std::string_view name, summary, source;
  Needs needs;
  Takes takes;
  std::span<const Setting> settings;
  bool alpha_for_life;  // `alpha` bounds the false alarms of a whole life: several detectors share it
  using Values = std::map<std::string, double, std::less<>>;
  /// `values` holds every setting, within its range.
  Result<std::unique_ptr<Detector>> (*make)(const Values& values, const Reference& reference);
};

/// All detectors, by name.
std::span<const DetectorKind> detector_kinds();

/// not_found for a name that is in no row; the message lists them.
Result<const DetectorKind*> detector_kind(std::string_view name);

/// Whether the kind has the setting and takes the value. Errors: invalid_argument.
Status check_setting(const DetectorKind& kind, std::string_view name, double value);

/// Errors: not_found for a name that is in no row (the message lists them), invalid_argument for a setting
/// that does not exist or lies outside its range, or a reference that lacks what the detector needs.
Result<std::unique_ptr<Detector>> make_detector(std::string_view name, const DetectorKind::Values& settings,
                                                const Reference& reference);

}  // namespace drover::drift
