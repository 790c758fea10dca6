#include "lifecycle/counts.h"

#include <algorithm>
#include <functional>

namespace drover::lifecycle {
namespace {

/// The same rates and means of half as many.
void halve(Counts& counts) {
  const std::uint64_t confident = counts.confident / 2;
  if (counts.confident > 0)
    counts.confidence_sum *= static_cast<double>(confident) / static_cast<double>(counts.confident);
  counts.confidence_sum = std::min(counts.confidence_sum, static_cast<double>(confident));
  counts.confident = confident;
  counts.samples /= 2;
  counts.errors /= 2;
  counts.nans /= 2;
  counts.crashes /= 2;
  counts.labelled /= 2;
  counts.wrong /= 2;
  counts.latency.halve();
}

}  // namespace

Counts& Counts::operator+=(const Counts& more) {
  samples += more.samples;
  errors += more.errors;
  nans += more.nans;
  crashes += more.crashes;
  labelled += more.labelled;
  wrong += more.wrong;
  confident += more.confident;
  confidence_sum += more.confidence_sum;
  latency += more.latency;
  return *this;
}

bool Counts::goes_on_from(const Counts& earlier) const {
  return samples >= earlier.samples && errors >= earlier.errors && nans >= earlier.nans &&
         crashes >= earlier.crashes && labelled >= earlier.labelled && wrong >= earlier.wrong &&
         confident >= earlier.confident && confidence_sum >= earlier.confidence_sum &&
         std::ranges::equal(latency.buckets(), earlier.latency.buckets(), std::greater_equal());
}

Counts Counts::since(const Counts& earlier) const {
  Counts more = *this;
  more.samples -= earlier.samples;
  more.errors -= earlier.errors;
  more.nans -= earlier.nans;
  more.crashes -= earlier.crashes;
  more.labelled -= earlier.labelled;
  more.wrong -= earlier.wrong;
  more.confident -= earlier.confident;
  // What sums lost to rounding leaves no mean outside [0, 1].
  more.confidence_sum =
      std::clamp(more.confidence_sum - earlier.confidence_sum, 0.0, static_cast<double>(more.confident));
  more.latency -= earlier.latency;
  return more;
}

double Counts::error_rate() const {
  return samples == 0 ? 0.0 : static_cast<double>(errors) / static_cast<double>(samples);
}

Counts remember(Counts usual, const Counts& more) {
  constexpr std::uint64_t kSpan = 10'000;
  usual += more;
  while (usual.samples > 2 * kSpan) halve(usual);
  return usual;
}

}  // namespace drover::lifecycle
