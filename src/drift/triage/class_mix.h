#pragma once

#include <span>
#include <vector>

#include "base/result.h"
#include "drift/state/counters.h"

namespace drover::drift {

/// How often each class truly comes now, told from predictions alone: black-box shift estimation (Lipton,
/// Wang, Smola, ICML 2018, arXiv 1802.03916).
///
/// **Mathematics.** If only the mix of classes moved and each class still looks as it did, P(predicted i) =
/// Σ_j C_ij·π_j with C_ij = P(predicted i | truly j) of labelled data. Hence π̂ = C⁻¹·μ̂, with μ̂ the shares
/// predicted now. **Error**: that of μ̂ and C times about the condition number κ₁ = ‖C‖₁·‖C⁻¹‖₁, so a confused
/// model is refused beyond `condition_max`. Negative parts, which noise makes, are set to 0 and the rest made
/// to sum to 1; `clipped` tells how much that was: much of it says that not the mix alone moved.
struct ClassMix {
  std::vector<double> share;  // π̂ by true class
  double condition = 0;       // κ₁
  double clipped = 0;
};

/// At most 64 classes. `confusion` has a row a predicted class: confusion[i·K + j] labelled examples of true
/// class j were predicted as i. Errors: invalid_argument for sizes that do not fit, a class without examples,
/// or nothing predicted; refused with invalid_argument, too, when κ₁ exceeds `condition_max`.
Result<ClassMix> estimate_class_mix(std::span<const std::uint64_t> confusion,
                                    std::span<const std::uint64_t> predicted, double condition_max = 100);

/// Half the sum of absolute differences: 0 for equal mixes, 1 for disjoint ones.
double total_variation(std::span<const double> a, std::span<const double> b);

/// The largest distance, over the baseline's edges, between the distribution function of the counted values
/// and that of Σ_k share_k·F_k, with F_k from the values of class k in the reference. Large with the
/// reference's own shares and small with π̂: the mix moved, nothing else. Errors: conflict for counts of
/// another baseline, invalid_argument for nothing counted, sizes that differ, or a class with a share but
/// no values.
Result<double> distance_from_mix(const Counters& current, std::span<const Counters> reference_by_class,
                                 std::span<const double> share);

}  // namespace drover::drift
