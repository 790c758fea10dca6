#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "tables/rows.h"

/// Which columns of two tables are set against each other.
namespace drover::cli {

using Names = std::vector<std::string>;
bool among(const Names& names, const std::string& name);

/// One of the two tables: its path, and the names its columns go by.
struct Side {
  std::string path;
  tables::Header header;
};

/// Columns without names (an .npy's) take the other side's by order, where there are as many.
void lend_names(Side& one, Side& other);

/// Those of `names` that the side has not.
Names missing_from(const Side& side, const Names& names);

/// not_found for a name that the side has not; the message lists what it has.
Status has_columns(const Side& side, const Names& names);

/// The columns of both sides in the first one's order: those asked for, or every one when none is. Errors:
/// not_found for one asked for that a side has not, or when no column stands in both; the message lists what
/// they have.
Result<Names> shared_columns(const Side& one, const Side& other, const Names& asked);

}  // namespace drover::cli
