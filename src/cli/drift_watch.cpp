#include "cli/drift_watch.h"

#include <fmt/format.h>

#include <cmath>

namespace drover::cli {
namespace {

using drift::DetectorKind;

struct Moments {
  double mean = 0, deviation = 0;
};

Moments moments_of(const std::vector<double>& values) {
  double n = 0, mean = 0, squares = 0;
  for (const double value : values) {
    if (!std::isfinite(value)) continue;
    const double before = mean;
    n += 1, mean += (value - mean) / n;
    squares += (value - before) * (value - mean);
  }
  return {mean, n > 1 ? std::sqrt(squares / (n - 1)) : 0};
}

Result<std::unique_ptr<drift::Distribution>> distribution_of(const tables::SampleColumn& column) {
  std::vector<float> values(column.numbers.begin(), column.numbers.end());
  values.insert(values.end(), column.nan, std::nanf(""));
  return std::make_unique<drift::Distribution>(
      DROVER_TRY(drift::make_distribution(values, column.missing, 1)));
}

/// An α that holds for life is divided over the columns, and over the lives when there will be several.
DetectorKind::Values settings_of(const DetectorKind& kind, const WatchOptions& options) {
  DetectorKind::Values settings = options.settings;
  if (!kind.alpha_for_life) return settings;
  const auto alpha = std::ranges::find(kind.settings, "alpha", &drift::Setting::name);
  settings.try_emplace("alpha", alpha->standard);
  settings["alpha"] /= static_cast<double>(options.columns);
  if (options.go_on) settings.try_emplace("restarts", 1);
  return settings;
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

Result<ColumnWatch> ColumnWatch::make(const tables::SampleColumn& reference, const WatchOptions& options) {
  const auto named = [&](Error error) { return fail(std::move(error).in("column " + reference.name)); };
  ColumnWatch watch;
  watch.kind_ = DROVER_TRY(drift::detector_kind(options.detector));
  watch.name_ = reference.name;
  watch.go_on_ = options.go_on;
  const Moments moments = moments_of(reference.numbers);
  drift::Reference known{.mean = moments.mean, .deviation = moments.deviation};
  if (watch.kind_->needs == drift::Needs::distribution) {
    auto distribution = distribution_of(reference);
    if (!distribution) return named(std::move(distribution).error());
    watch.distribution_ = std::move(*distribution);
    known.distribution = watch.distribution_.get();
  }
  auto detector = drift::make_detector(options.detector, settings_of(*watch.kind_, options), known);
  if (!detector) return named(std::move(detector).error());
  watch.detector_ =
      drift::thin(std::move(*detector), known, options.thin ? drift::Thinning() : drift::Thinning(1));
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

Status parse_settings(const std::vector<std::string>& given, WatchOptions& options) {
  for (const std::string& one : given) {
    const std::size_t equals = one.find('=');
    const auto value =
        equals == std::string::npos ? std::nullopt : tables::parse_number(one.substr(equals + 1));
    if (!value) return fail(Code::invalid_argument, fmt::format("--set {}: give it as name=number", one));
    const std::string name = one.substr(0, equals);
    if (name != "thin")
      options.settings[name] = *value;
    else if (*value == 0 || *value == 1)
      options.thin = *value == 1;
    else
      return fail(Code::invalid_argument, fmt::format("--set {}: thin is 0 or 1", one));
  }
  return {};
}

}  // namespace drover::cli
