#pragma once

#include <optional>
#include <string>
#include <vector>

#include "drift/two_sample/bins.h"
#include "drift/two_sample/correction.h"
#include "drift/two_sample/ks.h"
#include "drift/two_sample/rank_tests.h"

/// Every two-sample figure of a column, and what they say of it.
namespace drover::drift {

/// Fewer values than this in either sample get no verdict, whatever their p.
inline constexpr std::uint64_t kCompareValuesMin = 10;

enum class Verdict : std::uint8_t { same, drifted, too_few };
std::string_view name(Verdict verdict);

/// What was left out of one side.
struct LeftOut {
  std::uint64_t missing = 0, nan = 0;
};

/// Where two laws are furthest apart: the share of either sample at or below `value`.
struct Gap {
  double value = 0, reference = 0, current = 0;
};

struct CategoryShare {
  std::string name;
  std::uint64_t reference = 0, current = 0;  // counts
};

/// Figures of numbers alone.
struct NumericFigures {
  KsResult ks;                                     // two-sided
  Gap gap;                                         // where D is
  double wasserstein = 0, wasserstein_scaled = 0;  // scaled by the reference's deviation; NaN when that is 0
  CramerResult cramer;
  MannWhitneyResult mann_whitney;
  AndersonResult anderson;
  Moments reference, current;
};

struct ColumnComparison {
  std::string name;
  bool categorical = false;
  std::uint64_t n_reference = 0, n_current = 0;  // values, without the missing ones and NaN
  LeftOut left_out_reference, left_out_current;
  bool compared = false;                  // false when a side has no values: no figure below holds
  std::optional<NumericFigures> numeric;  // of a column of numbers
  std::vector<CategoryShare> categories;  // by the size of the change
  PsiResult psi;
  ChiSquareResult chi_square;
  double jensen_shannon = 0, hellinger = 0;
  double p = 1;           // of the test that decides: KS for numbers, χ² for categories
  double p_adjusted = 1;  // over the columns that have a p
  Verdict verdict = Verdict::too_few;
  std::string why;
};

/// All figures but p_adjusted, verdict and why. Numbers are binned at the reference's deciles for PSI, χ²,
/// Jensen–Shannon and Hellinger. Errors: ks_test's, naming the column.
Result<ColumnComparison> compare_numbers(std::string name, const Sample& reference, const Sample& current,
                                         KsMethod method);
ColumnComparison compare_categories(std::string name, const CategoryCounts& reference,
                                    const CategoryCounts& current);

/// Corrects the deciding p-values over the columns and gives each its verdict: too_few below
/// kCompareValuesMin values on either side, drifted when p_adjusted ≤ alpha, else same. Columns that are too
/// few do not take part in the correction. `why` is a sentence with the numbers; PSI's band in it is a label.
void decide(std::vector<ColumnComparison>& columns, Correction correction, double alpha);

}  // namespace drover::drift
