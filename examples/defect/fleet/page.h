#pragma once

#include <string>

#include "page_data.h"

namespace drover::defect {

/// out/demo/report.html: one self-contained page (no script, nothing fetched) with the confidence, the drift
/// and the version of each device over time, the decisions marked on them, and every step with its evidence.
std::string report_page(const PageData& data);

}  // namespace drover::defect
