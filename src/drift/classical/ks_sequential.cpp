#include "drift/classical/ks_sequential.h"

#include "drift/kinds.h"

namespace drover::drift {
namespace {

constexpr std::array kSettings = {
    Setting{"alpha", "probability of any false alarm, ever", 0.01, 0.002, 0.05},
    Setting{"from", "observations before the first look", 32, 8, 1e6, true},
    Setting{"seed", "of the random numbers that break ties with an edge", 1, 0, 4294967295.0, true},
};
constexpr double kShareOfStream = 0.9;  // of α; the baseline's error takes the rest

/// C at α′ from .001 to .05.
double constant_of(double alpha) { return 8.12 + (10.94 - 8.12) / std::log(50.0) * std::log(0.05 / alpha); }

}  // namespace

KsSequential::KsSequential(const Distribution& distribution, double alpha, std::uint64_t from,
                           std::uint64_t seed)
    : distribution_(&distribution),
      distance_(distribution),
      c_(constant_of(kShareOfStream * alpha)),
      reference_error_(std::sqrt(std::log(2 / ((1 - kShareOfStream) * alpha)) /
                                 (2 * static_cast<double>(distribution.count))) +
                       distribution.rank_error),
      from_(from),
      random_(seed) {}

double KsSequential::bound() const {
  const double t = static_cast<double>(n_), longer = std::log(t / static_cast<double>(from_));
  return 0.85 * std::sqrt((std::log1p(longer) + c_) / t) + reference_error_;
}

std::optional<Finding> KsSequential::update(double bin) {
  ++counts_[static_cast<std::size_t>(bin)];
  if (++n_ % kEvery != 0 || n_ < from_) return std::nullopt;
  std::optional<Finding> found = distance_.reaching(bound(), counts_, static_cast<double>(n_));
  if (found) found->n = found->since = n_;
  return found;
}

bool KsSequential::holds() const {
  std::uint64_t left = n_;
  for (const std::uint64_t count : counts_) {
    if (count > left) return false;
    left -= count;
  }
  return left == 0;
}

DetectorKind ks_sequential_kind() {
  return {
      "ks_sequential",
      "the Kolmogorov-Smirnov distance of all observations so far, against a bound for all times at once",
      "Howard, Ramdas, Bernoulli 28 (2022), arXiv 1906.09712",
      Needs::distribution,
      Takes::numbers,
      kSettings,
      true,
      [](const DetectorKind::Values& values,
         const Reference& reference) -> Result<std::unique_ptr<Detector>> {
        const Distribution& baseline = *reference.distribution;
        return std::make_unique<Classical<KsSequential>>(
            KsSequential(baseline, values.at("alpha"), count_of(values, "from"), count_of(values, "seed")),
            make_of(kSettings, values, baseline));
      }};
}

}  // namespace drover::drift
