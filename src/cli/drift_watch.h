#pragma once

#include <nlohmann/json.hpp>

#include "cli/drift_watch_plan.h"
#include "drift/thinning.h"
#include "tables/samples.h"

/// `drover drift watch`: one column of a stream against a reference. docs/formats/drift_watch.md.
namespace drover::cli {

/// What a detector may know of a column's reference.
struct Known {
  drift::Spread spread;                               // of the finite values
  std::unique_ptr<drift::Distribution> distribution;  // for a detector that needs it

  /// Errors: bad_table, saying why a detector of that kind cannot watch the column.
  static Result<Known> make(const tables::SampleColumn& reference, const drift::DetectorKind& kind);
};

/// A column and its detector.
class ColumnWatch {
 public:
  /// Errors: make_detector's, naming the column.
  static Result<ColumnWatch> make(std::string name, Known known, const WatchPlan& plan);

  /// A value of the stream; the line to print when it alarms. Errors: bad_table for a value that the detector
  /// does not take.
  Result<std::optional<nlohmann::ordered_json>> take(double value);
  void take_missing() { ++missing_; }
  [[nodiscard]] bool stopped() const { return stopped_; }
  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] std::uint64_t alarms() const { return alarms_; }
  [[nodiscard]] nlohmann::ordered_json summary() const;

 private:
  ColumnWatch() = default;

  std::string name_;
  const drift::DetectorKind* kind_ = nullptr;
  Known known_;
  std::unique_ptr<drift::ThinnedDetector> detector_;  // looks at the distribution of known_
  bool go_on_ = false, stopped_ = false;
  std::uint64_t missing_ = 0, alarms_ = 0;
};

}  // namespace drover::cli
