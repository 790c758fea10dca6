#pragma once

#include <optional>
#include <string>
#include <vector>

#include "drift/two_sample/compare.h"
#include "monitor/judged.h"
#include "server/window_sum.h"

/// How the windows of one version stand against its signed baseline, and each device's against the others'.
///
/// **Distances** are of counts at the baseline's edges, so bounds hold always
/// (drift/state/counter_figures.h): decisions rest on the lower one. **p** is Kolmogorov's for D at that
/// lower bound, which errs above, with the numbers of *independent* values that the devices' thinning
/// measured: 30 like images a second are one.
/// **Verdicts** correct over their family by Benjamini–Hochberg at kAlpha (columns of the fleet; columns of
/// all devices together) and ask for a distance above kTolerance as well: with enough values every real
/// difference is significant, also one that is nobody's concern. Fewer than 50 independent values a PSI bin
/// on either side are too few for a verdict.
namespace drover::server {

inline constexpr double kDriftAlpha = 0.01;
inline constexpr double kDriftTolerance = 0.02;

struct Distance {
  double d = 0;  // D_grid, a lower bound
  double p = 1, p_adjusted = 1;
  bool enough = false;
  drift::Verdict verdict = drift::Verdict::too_few;
};

struct ColumnDrift {
  std::string name = {};
  monitor::ColumnJudged judged = {};  // against the baseline
  double psi_p = 1;                   // with n_effective
  std::uint64_t missing = 0, nan = 0;
  std::optional<double> median = {}, median_before = {};
  Distance from_baseline = {};
  std::optional<Distance> from_rest = {};  // of the other devices' values; not of the fleet itself
};

struct ClassDrift {
  drift::ChiSquareResult mix;  // of counts scaled to n_effective
  double n_effective = 0;
  double moved = 0;  // half the sum of the shares' differences
  drift::Verdict verdict = drift::Verdict::too_few;
};

/// Figures of what is summed, undecided. `scheme` must fit.
std::vector<ColumnDrift> against_baseline(const monitor::Scheme& scheme, const WindowSum& sum);
/// Nothing where the baseline does not tell the classes, or none was counted. too_few where χ² would expect
/// less than 5 of a class.
std::optional<ClassDrift> class_drift(const monitor::Scheme& scheme, const WindowSum& sum);
/// Fills in how far `one`, a part of `all`, lies from the others.
void against_rest(const WindowSum& one, const WindowSum& all, std::vector<ColumnDrift>& columns);

/// Gives the distances of one family their p_adjusted and verdicts.
void decide(const std::vector<Distance*>& family);

}  // namespace drover::server
