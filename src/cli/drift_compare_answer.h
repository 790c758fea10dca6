#pragma once

#include "cli/command.h"
#include "cli/drift_compare.h"

namespace drover::cli {

/// docs/formats/drift_compare.md: a figure that does not exist or is infinite is null.
nlohmann::ordered_json comparison_json(const Comparison& comparison);
/// A table for people, and a sentence a column.
std::string comparison_text(const Comparison& comparison);
/// Indices of the columns, the most drifted first: drifted before same before too_few, and then by the
/// Jensen–Shannon distance, which numbers and categories share.
std::vector<std::size_t> most_drifted_first(const Comparison& comparison);
/// Text of a file for a terminal: control characters as '?'.
std::string printable(std::string_view text);

}  // namespace drover::cli
