#pragma once

#include "drift/detector.h"

/// A row of the table for each detector, beside its code.
namespace drover::drift {

DetectorKind urn_kind();
DetectorKind adwin_kind();
DetectorKind page_hinkley_kind();
DetectorKind ddm_kind();
DetectorKind eddm_kind();
DetectorKind hddm_a_kind();
DetectorKind hddm_w_kind();
DetectorKind kswin_kind();
DetectorKind cusum_kind();
DetectorKind ks_window_kind();
DetectorKind ks_sequential_kind();
DetectorKind psi_window_kind();

}  // namespace drover::drift
