#pragma once

#include <string>

#include "cli/drift_compare.h"

namespace drover::cli {

/// One HTML page that needs nothing else: no script, font or address of another place; light and dark as the
/// reader's system is. Columns stand in order of drift, each with what changed, how far and where.
std::string report_html(const Comparison& comparison);

}  // namespace drover::cli
