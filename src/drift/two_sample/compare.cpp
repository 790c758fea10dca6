#include "drift/two_sample/compare.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "drift/two_sample/merged.h"

namespace drover::drift {
namespace {

Gap largest_gap(const Sample& reference, const Sample& current) {
  const auto n = static_cast<double>(reference.size()), m = static_cast<double>(current.size());
  double i = 0, j = 0, widest = -1;
  Gap gap;
  merged(reference.sorted(), current.sorted(), [&](double value, std::size_t x, std::size_t y) {
    i += static_cast<double>(x);
    j += static_cast<double>(y);
    const double apart = std::abs(i / n - j / m);
    if (apart <= widest) return;
    widest = apart;
    gap = {value, i / n, j / m};
  });
  return gap;
}

void take_bins(ColumnComparison& column, const BinCounts& counts) {
  column.psi = population_stability(counts);
  column.chi_square = chi_square(counts);
  column.jensen_shannon = jensen_shannon(counts);
  column.hellinger = hellinger(counts);
}

std::uint64_t total(const CategoryCounts& counts) {
  std::uint64_t sum = 0;
  for (const auto& [name, count] : counts) sum += count;
  return sum;
}

std::vector<CategoryShare> by_change(const CategoryCounts& reference, const CategoryCounts& current) {
  std::map<std::string, CategoryShare> all;
  for (const auto& [name, count] : reference) all[name] = {name, count, 0};
  for (const auto& [name, count] : current) {
    all[name].name = name;
    all[name].current = count;
  }
  std::vector<CategoryShare> shares;
  for (auto& [name, share] : all) shares.push_back(std::move(share));
  const auto n = static_cast<double>(total(reference)), m = static_cast<double>(total(current));
  const auto change = [n, m](const CategoryShare& c) {
    return -std::abs(static_cast<double>(c.reference) / n - static_cast<double>(c.current) / m);
  };
  std::ranges::sort(shares, [&](const CategoryShare& a, const CategoryShare& b) {
    return std::pair(change(a), std::string_view(a.name)) < std::pair(change(b), std::string_view(b.name));
  });
  return shares;
}

}  // namespace

Result<ColumnComparison> compare_numbers(std::string name, const Sample& reference, const Sample& current,
                                         KsMethod method) {
  ColumnComparison column;
  column.n_reference = reference.size();
  column.n_current = current.size();
  column.compared = true;
  const RankSums sums = rank_sums(reference, current);
  NumericFigures figures;
  figures.ks = DROVER_TRY(ks_test(sums.ecdf, Alternative::two_sided, method).in("column \"" + name + "\""));
  column.name = std::move(name);
  figures.gap = largest_gap(reference, current);
  figures.reference = moments(reference);
  figures.current = moments(current);
  figures.wasserstein = sums.wasserstein;
  figures.wasserstein_scaled = figures.reference.deviation > 0
                                   ? sums.wasserstein / figures.reference.deviation
                                   : std::numeric_limits<double>::quiet_NaN();
  figures.cramer = cramer_von_mises(sums);
  figures.mann_whitney = mann_whitney(sums);
  figures.anderson = anderson_darling(sums);
  column.p = figures.ks.p;
  column.numeric = figures;
  take_bins(column, count_bins(reference, current, quantile_edges(reference, current)));
  return column;
}

ColumnComparison compare_categories(std::string name, const CategoryCounts& reference,
                                    const CategoryCounts& current) {
  ColumnComparison column;
  column.name = std::move(name);
  column.categorical = true;
  column.n_reference = total(reference);
  column.n_current = total(current);
  column.compared = column.n_reference > 0 && column.n_current > 0;
  if (!column.compared) return column;
  column.categories = by_change(reference, current);
  take_bins(column, count_categories(reference, current));
  column.p = column.chi_square.p;
  return column;
}

}  // namespace drover::drift
