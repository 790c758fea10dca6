#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "policy/probation.h"

/// What is compared before and after a swap, from counts alone.
namespace drover::policy {

/// Failures among `count` inferences, or wrong ones among so many labels.
struct Rate {
  std::uint64_t errors = 0, count = 0;
};

/// The sum of `count` values in [0, 1].
struct Mean {
  double sum = 0;
  std::uint64_t count = 0;
};

enum class Compared : std::uint8_t {
  allowed,    ///< no worse than the policy allows
  worse,      ///< worse than that
  undecided,  ///< of the guard: too little was seen to say either
};

/// What came out, and in words the numbers that made it.
struct BeforeAfter {
  Compared outcome = Compared::undecided;
  std::string text = {};
};

/// Whether a rate grew by more than `max_increase` and by more than `min_absolute`.
///
/// *plain* compares the rates seen. *guard* compares confidence sequences of them (drift/guard): worse when
/// all of the new one's bounds lie above what any of the old one's allows, allowed when all lie below what
/// all allow. Each side has half of a third of `alpha`, since failures, labels and confidence are compared:
/// while neither rate changed beyond what is allowed, and errors are independent, P(anything ever found
/// worse) ≤ alpha, however often one looks.
BeforeAfter compare_rates(const Probation& policy, std::string_view what, Rate before, Rate after);

/// Whether the mean confidence fell by more than `confidence_drop_max`; likewise.
BeforeAfter compare_confidence(const Probation& policy, Mean before, Mean after);

}  // namespace drover::policy
