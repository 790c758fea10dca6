#include "drift/kinds.h"

#include <array>

namespace drover::drift {

std::span<const DetectorKind> detector_kinds() {
  // Ours first, then the ones that people know by name.
  static const std::array kinds = {
      urn_kind(),   adwin_kind(),     page_hinkley_kind(),  cusum_kind(),
      kswin_kind(), ks_window_kind(), ks_sequential_kind(), psi_window_kind(),
      ddm_kind(),   eddm_kind(),      hddm_a_kind(),        hddm_w_kind(),
  };
  return kinds;
}

}  // namespace drover::drift
