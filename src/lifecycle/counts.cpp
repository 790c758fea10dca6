#include "lifecycle/counts.h"

namespace drover::lifecycle {

Counts& Counts::operator+=(const Counts& more) {
  samples += more.samples;
  errors += more.errors;
  nans += more.nans;
  crashes += more.crashes;
  return *this;
}

double Counts::error_rate() const {
  return samples == 0 ? 0.0 : static_cast<double>(errors) / static_cast<double>(samples);
}

Counts remember(Counts usual, const Counts& more) {
  constexpr std::uint64_t kSpan = 10'000;
  usual += more;
  while (usual.samples > 2 * kSpan) {
    usual.samples /= 2;
    usual.errors /= 2;
    usual.nans /= 2;
    usual.crashes /= 2;
  }
  return usual;
}

}  // namespace drover::lifecycle
