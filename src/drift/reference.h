#pragma once

#include <span>

#include "base/result.h"
#include "drift/baseline.h"
#include "tables/csv.h"

namespace drover::drift {

/// Names of a reference CSV that are no features: the top-1 confidence, and the predicted class.
inline constexpr std::string_view kConfidenceColumn = "confidence";
inline constexpr std::string_view kClassColumn = "class";

/// The baseline of a reference table: a column a feature, but for the two reserved names; `class` must have
/// been read as text. Ties of a column are broken from the first 8 bytes of SHA-256("SEED NAME"), so that
/// columns are independent and their order does not matter. Errors: bad_table for a column that is not
/// numeric, too_many beyond 32 features, invalid_argument below 200 values; each names the column.
Result<Baseline> make_baseline(std::span<const tables::Column> columns, std::uint64_t seed);

}  // namespace drover::drift
