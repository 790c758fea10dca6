#include "cli/drift_watch.h"

#include <fmt/format.h>

#include <cmath>

namespace drover::cli {
namespace {

Result<std::unique_ptr<drift::Distribution>> distribution_of(const tables::SampleColumn& column) {
  std::vector<float> values(column.numbers.begin(), column.numbers.end());
  values.insert(values.end(), column.nan, std::nanf(""));
  return std::make_unique<drift::Distribution>(
      DROVER_TRY(drift::make_distribution(values, column.missing, 1)));
}

nlohmann::ordered_json line_of(const drift::Alarm& alarm, const std::string& column,
                               std::string_view detector) {
  return {{"index", alarm.index},
          {"column", column},
          {"detector", detector},
          {"statistic", alarm.statistic},
          {"threshold", alarm.threshold},
          {"n", alarm.n},
          {"n_effective", alarm.n_effective},
          {"family", alarm.family},
          {"direction", alarm.direction},
          {"size", alarm.size},
          {"onset", alarm.onset}};
}

}  // namespace

Result<Known> Known::make(const tables::SampleColumn& reference, const drift::DetectorKind& kind) {
  if (!reference.not_a_number.empty())
    return fail(Code::bad_table, fmt::format("text in the reference: {}", reference.not_a_number));
  const drift::Spread spread = drift::spread_of(reference.numbers);
  Known known{.spread = spread, .distribution = nullptr};
  if (kind.needs == drift::Needs::moments && !(known.spread.deviation > 0))
    return fail(Code::bad_table,
                fmt::format("detector {} needs reference values that are not all alike", kind.name));
  if (kind.needs != drift::Needs::distribution) return known;
  auto distribution = distribution_of(reference);
  if (!distribution) return fail(Code::bad_table, distribution.error().text());
  known.distribution = *std::move(distribution);
  return known;
}

Result<ColumnWatch> ColumnWatch::make(std::string name, Known known, const WatchPlan& plan) {
  const drift::Reference reference{.distribution = known.distribution.get(),
                                   .mean = known.spread.mean,
                                   .deviation = known.spread.deviation};
  auto detector = DROVER_TRY(
      drift::make_detector(plan.kind->name, plan.settings, reference).in(fmt::format("column {}", name)));
  ColumnWatch watch;
  watch.name_ = std::move(name);
  watch.kind_ = plan.kind;
  watch.known_ = std::move(known);
  watch.detector_ =
      drift::thin(std::move(detector), reference, plan.thin ? drift::Thinning() : drift::Thinning(1));
  watch.go_on_ = plan.go_on;
  return watch;
}

Result<std::optional<nlohmann::ordered_json>> ColumnWatch::take(double value) {
  if (stopped_) return std::nullopt;
  if (kind_->takes == drift::Takes::errors && value != 0 && value != 1)
    return fail(Code::bad_table,
                fmt::format("detector {} takes 1 for an error and 0 for none, not {}", kind_->name, value));
  const auto alarm = detector_->update(value);
  if (!alarm) return std::nullopt;
  ++alarms_;
  if (go_on_)
    detector_->restart();
  else
    stopped_ = true;
  return line_of(*alarm, name_, kind_->name);
}

nlohmann::ordered_json ColumnWatch::summary() const {
  const drift::Thinning& thinning = detector_->thinning();
  return {{"observations", thinning.seen()},
          {"missing", missing_},
          {"alarms", alarms_},
          {"autocorrelation", thinning.correlation()},
          {"stride", thinning.stride()},
          {"kept", thinning.kept()},
          {"stopped", stopped_}};
}

}  // namespace drover::cli
