#include "server/fleet_drift.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "drift/two_sample/kolmogorov.h"
#include "drift/two_sample/special.h"
#include "monitor/figures.h"

namespace drover::server {
namespace {

using Bins = std::array<std::uint64_t, drift::kBins>;

constexpr double kEnough = static_cast<double>(drift::kRowsABinMin * drift::kDeciles);

double total(std::span<const std::uint64_t> counts) {
  return static_cast<double>(std::accumulate(counts.begin(), counts.end(), std::uint64_t{0}));
}

/// P(D ≥ d) of samples worth n and m independent values.
double p_of(double d, double n, double m) {
  const double effective = std::round(n * m / (n + m));
  return effective < 1 ? 1 : drift::kolmogorov_sf(static_cast<std::uint64_t>(effective), std::min(d, 1.0));
}

/// The largest difference of the shares at or below an edge.
double grid_distance(const Bins& a, const Bins& b) {
  const double n = total(a), m = total(b);
  double f = 0, g = 0, largest = 0;
  for (std::size_t j = 0; j + 1 < drift::kBins; ++j) {
    f += static_cast<double>(a[j]) / n, g += static_cast<double>(b[j]) / m;
    largest = std::max(largest, std::abs(f - g));
  }
  return largest;
}

std::optional<double> median_of(const drift::Distribution& reference) {
  drift::Counters counted = drift::Counters::of(reference);
  counted.bins = drift::values_of(reference);
  counted.min = reference.min, counted.max = reference.max;
  return monitor::quantile(reference, counted, 0.5);
}

ColumnDrift column_drift(const monitor::Column& column, const monitor::ColumnJudged& judged,
                         const drift::Counters& counted, double effective) {
  const auto m = static_cast<double>(column.reference->count);
  ColumnDrift drift{.name = column.name, .judged = judged, .missing = counted.missing, .nan = counted.nan};
  drift.judged.n_effective = effective;
  drift.psi_p = drift::chi_square_sf(effective * m / (effective + m) * judged.psi.smoothed,
                                     static_cast<double>(std::max<std::size_t>(judged.psi.bins, 1) - 1));
  drift.median = monitor::quantile(*column.reference, counted, 0.5);
  drift.median_before = median_of(*column.reference);
  drift.from_baseline = {
      .d = judged.ks.lower,
      .p = p_of(judged.ks.lower, effective, m),
      .enough = judged.psi.enough && effective >= static_cast<double>(drift::kRowsABinMin * judged.psi.bins)};
  return drift;
}

/// What the values of all columns are worth at least, as a share.
double least_worth(const WindowSum& sum) {
  double least = 1;
  for (std::size_t i = 0; i < sum.columns(); ++i)
    if (const std::uint64_t n = sum.counted(i).count(); n > 0)
      least = std::min(least, sum.effective_of(i) / static_cast<double>(n));
  return least;
}

double half_the_differences(std::span<const std::uint64_t> a, std::span<const std::uint64_t> b) {
  const double n = total(a), m = total(b);
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i)
    sum += std::abs(static_cast<double>(a[i]) / n - static_cast<double>(b[i]) / m);
  return sum / 2;
}

}  // namespace

std::vector<ColumnDrift> against_baseline(const monitor::Scheme& scheme, const WindowSum& sum) {
  const monitor::Judged judged = monitor::judge(scheme, sum.window);
  std::vector<ColumnDrift> columns;
  for (std::size_t i = 0; i < sum.columns(); ++i)
    if (const auto found = judged.columns.find(sum.name(i)); found != judged.columns.end())
      columns.push_back(
          column_drift(*scheme.column(found->first), found->second, sum.counted(i), sum.effective_of(i)));
  return columns;
}

std::optional<ClassDrift> class_drift(const monitor::Scheme& scheme, const WindowSum& sum) {
  const auto before = scheme.class_reference();
  const auto now = std::span(sum.window.classes).first(std::min(scheme.classes(), sum.window.classes.size()));
  if (before.empty() || total(now) == 0) return std::nullopt;
  const double worth = least_worth(sum);
  std::vector<std::uint64_t> scaled(now.begin(), now.end());
  for (std::uint64_t& count : scaled)
    count = static_cast<std::uint64_t>(std::llround(static_cast<double>(count) * worth));
  const auto mix = drift::chi_squared_of_counts(before, scaled);
  if (!mix) return std::nullopt;
  ClassDrift drift{.mix = *mix, .n_effective = total(scaled), .moved = half_the_differences(before, now)};
  if (mix->expected_min < 5) return drift;
  const bool drifted = mix->p <= kDriftAlpha && drift.moved > kDriftTolerance;
  drift.verdict = drifted ? drift::Verdict::drifted : drift::Verdict::same;
  return drift;
}

void against_rest(const WindowSum& one, const WindowSum& all, std::vector<ColumnDrift>& columns) {
  for (std::size_t i = 0; i < one.columns(); ++i) {
    const auto column = std::ranges::find(columns, one.name(i), &ColumnDrift::name);
    if (column == columns.end()) continue;
    const Bins& mine = one.counted(i).bins;
    Bins rest = all.counted(i).bins;
    for (std::size_t j = 0; j < rest.size(); ++j) rest[j] -= mine[j];
    if (total(mine) == 0 || total(rest) == 0) continue;
    const double n = one.effective_of(i), m = all.effective_of(i) - n;
    Distance distance{.d = grid_distance(mine, rest), .enough = n >= kEnough && m >= kEnough};
    distance.p = p_of(distance.d, n, m);
    column->from_rest = distance;
  }
}

void decide(const std::vector<Distance*>& family) {
  std::vector<Distance*> judged;
  std::ranges::copy_if(family, std::back_inserter(judged), [](const Distance* each) { return each->enough; });
  std::vector<double> p_values;
  for (const Distance* each : judged) p_values.push_back(each->p);
  const auto p_adjusted = drift::adjusted(p_values, drift::Correction::bh);
  for (std::size_t i = 0; i < judged.size(); ++i) {
    judged[i]->p_adjusted = p_adjusted[i];
    const bool drifted = p_adjusted[i] <= kDriftAlpha && judged[i]->d > kDriftTolerance;
    judged[i]->verdict = drifted ? drift::Verdict::drifted : drift::Verdict::same;
  }
}

}  // namespace drover::server
