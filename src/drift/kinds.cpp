#include "drift/kinds.h"

#include <array>

namespace drover::drift {

std::span<const DetectorKind> detector_kinds() {
  // Ours first, then the ones that people know by name.
  static const std::array kinds = {
      urn_kind(),
  };
  return kinds;
}

}  // namespace drover::drift
