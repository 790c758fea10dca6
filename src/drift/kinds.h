#pragma once

#include "drift/detector.h"

/// A row of the table for each detector, beside its code.
namespace drover::drift {

DetectorKind urn_kind();

}  // namespace drover::drift
