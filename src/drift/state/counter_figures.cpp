#include "drift/state/counter_figures.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "drift/few_values.h"

namespace drover::drift {
namespace {

double sum(std::span<const std::uint64_t> counts) {
  return static_cast<double>(std::accumulate(counts.begin(), counts.end(), std::uint64_t{0}));
}

Status check_rows(std::span<const std::uint64_t> reference, std::span<const std::uint64_t> current) {
  if (reference.size() != current.size())
    return fail(Code::invalid_argument, fmt::format("{} counts against {}: equal lengths expected",
                                                    reference.size(), current.size()));
  if (sum(reference) == 0 || sum(current) == 0)
    return fail(Code::invalid_argument, "counts: one side is empty");
  return {};
}

BinCounts rows(std::span<const std::uint64_t> reference, std::span<const std::uint64_t> current) {
  return {{reference.begin(), reference.end()}, {current.begin(), current.end()}};
}

Status check_reference(const Distribution& reference, const Counters& current) {
  if (current.reference != fingerprint(reference))
    return fail(Code::conflict, "the counts are at another baseline's edges");
  if (current.count() == 0) return fail(Code::invalid_argument, "nothing was counted");
  return {};
}

}  // namespace

std::array<std::uint64_t, kBins> values_of(const Distribution& reference) {
  std::array<std::uint64_t, kBins> values{};
  std::ranges::copy(reference.slots, values.begin());
  for (std::size_t j = kBins; j-- > 0;)
    if (values[j] > 0) {
      --values[j];
      break;
    }
  return values;
}

std::vector<std::size_t> decile_starts(const Distribution& reference) {
  const auto values = values_of(reference);
  const double total = sum(values);
  std::vector<std::size_t> starts = {0};
  for (std::size_t d = 1; d < kDeciles; ++d) {
    const double wanted = total * static_cast<double>(d) / kDeciles;
    std::size_t best = 0;
    double below = 0, nearest = total;
    for (std::size_t j = 1; j < values.size(); ++j) {
      below += static_cast<double>(values[j - 1]);
      if (std::abs(below - wanted) < nearest) nearest = std::abs(below - wanted), best = j;
    }
    if (best > starts.back()) starts.push_back(best);
  }
  return starts;
}

std::vector<std::uint64_t> put_together(std::span<const std::uint64_t> counts,
                                        std::span<const std::size_t> starts) {
  std::vector<std::uint64_t> sums;
  for (std::size_t i = 0; i < starts.size(); ++i) {
    const std::size_t end = i + 1 < starts.size() ? starts[i + 1] : counts.size();
    const auto part = counts.subspan(starts[i], end - starts[i]);
    sums.push_back(std::accumulate(part.begin(), part.end(), std::uint64_t{0}));
  }
  return sums;
}

Result<GridKs> grid_ks(const Distribution& reference, const Counters& current) {
  DROVER_TRY(check_reference(reference, current));
  const auto values = values_of(reference);
  const double m = sum(values), n = sum(current.bins);
  const std::size_t few = few_values(reference.slots);
  double f = 0, g = 0;
  GridKs found;
  for (std::size_t j = 0; j < kBins; ++j) {
    const double f_next = f + static_cast<double>(values[j]) / m;
    const double g_next = g + static_cast<double>(current.bins[j]) / n;
    // Within a value's own cell there is no x at which the two could be further apart than at its ends.
    if (few == 0 || is_unseen(cell_of(j, few))) found.upper = std::max({found.upper, f_next - g, g_next - f});
    if (j + 1 < kBins) found.lower = std::max(found.lower, std::abs(f_next - g_next));
    f = f_next, g = g_next;
  }
  found.lower = std::max(found.lower - reference.rank_error, 0.0);
  found.upper = std::clamp(found.upper + reference.rank_error, found.lower, 1.0);
  return found;
}

Result<PsiResult> psi_of_counts(std::span<const std::uint64_t> reference,
                                std::span<const std::uint64_t> current) {
  DROVER_TRY(check_rows(reference, current));
  if (reference.size() < 2) return fail(Code::invalid_argument, "PSI: at least two bins expected");
  return population_stability(rows(reference, current));
}

Result<PsiResult> decile_psi(const Distribution& reference, const Counters& current) {
  DROVER_TRY(check_reference(reference, current));
  const auto starts = decile_starts(reference);
  return population_stability(
      {put_together(values_of(reference), starts), put_together(current.bins, starts)});
}

Result<ChiSquareResult> chi_squared_of_counts(std::span<const std::uint64_t> reference,
                                              std::span<const std::uint64_t> current) {
  DROVER_TRY(check_rows(reference, current));
  return chi_square(rows(reference, current));
}

}  // namespace drover::drift
