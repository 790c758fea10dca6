#pragma once

#include <nlohmann/json.hpp>

#include "drift/thinning.h"
#include "tables/samples.h"

/// `drover drift watch`: one column of a stream against a reference.
namespace drover::cli {

struct WatchOptions {
  std::string detector = "urn";
  drift::DetectorKind::Values settings;
  bool thin = false;        // thin a dependent stream; otherwise its dependence is only measured
  bool go_on = false;       // restart after an alarm
  std::size_t columns = 1;  // watched together: a promise for life is divided over them
};

/// A column and its detector. Errors name the column.
class ColumnWatch {
 public:
  static Result<ColumnWatch> make(const tables::SampleColumn& reference, const WatchOptions& options);

  /// A value of the stream; the line to print when it alarms. Errors: invalid_argument for a value that the
  /// detector does not take.
  Result<std::optional<nlohmann::ordered_json>> take(double value);
  void take_missing() { ++missing_; }
  [[nodiscard]] bool stopped() const { return stopped_; }
  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] nlohmann::ordered_json summary() const;

 private:
  ColumnWatch() = default;

  std::string name_;
  const drift::DetectorKind* kind_ = nullptr;
  std::unique_ptr<drift::Distribution> distribution_;  // what the detector looks at
  std::unique_ptr<drift::ThinnedDetector> detector_;
  bool go_on_ = false, stopped_ = false;
  std::uint64_t missing_ = 0, alarms_ = 0;
};

/// `key=value` settings of --set, with `thin` taken out of them. Errors: invalid_argument.
Status parse_settings(const std::vector<std::string>& given, WatchOptions& options);

}  // namespace drover::cli
