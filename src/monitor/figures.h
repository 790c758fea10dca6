#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>

#include "monitor/window.h"
#include "policy/condition.h"

namespace drover::monitor {

/// What conditions look at and windows do not hold.
struct Aside {
  std::optional<double> holdout_accuracy;
  /// Whether a detector ("drift-inputs", "drift-inputs/mean", "*" for any) alarmed in the span.
  std::function<bool(std::string_view detector)> alarmed = [](std::string_view) { return false; };
  std::uint64_t labels_min = 1;  // fewer tell error_rate() nothing
};

/// A condition's figure, and the inferences (for accuracy: labels) that it rests on.
struct Figure {
  std::optional<double> value;  // nothing where there is nothing to take it from
  std::uint64_t samples = 0;
};

/// docs/formats/policy.md says what each figure is. Of ks() it is the lower bound D_grid
/// (drift/state/counter_figures.h), of psi() the corrected one, of a percentile of a column a value
/// interpolated within the bin that holds it: off by less than the bin's width.
Figure figure(const policy::Term& term, const Scheme& scheme, const Window& over, const Aside& aside);

/// (failures/inferences) and, of the rest, the share of wrong labels: f + (1 − f)·w. An error is an inference
/// that failed, or, where a label came, one that was wrong; labels are taken for a fair sample, and where
/// there are fewer than `labels_min` for none. Nothing without inferences.
std::optional<double> error_rate(const Window& over, std::uint64_t labels_min = 1);

/// The value below which a share q in (0, 1) of the counted ones lies; nothing when there are none.
std::optional<double> quantile(const drift::Distribution& reference, const drift::Counters& counted,
                               double q);

}  // namespace drover::monitor
