#include "cli/drift_columns.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace drover::cli {

bool among(const Names& names, const std::string& name) {
  return std::ranges::find(names, name) != names.end();
}

void lend_names(Side& one, Side& other) {
  if (one.header.named == other.header.named || one.header.names.size() != other.header.names.size()) return;
  (one.header.named ? other : one).header.names = (one.header.named ? one : other).header.names;
}

Names missing_from(const Side& side, const Names& names) {
  Names missing;
  for (const std::string& name : names)
    if (!among(side.header.names, name)) missing.push_back(name);
  return missing;
}

Status has_columns(const Side& side, const Names& names) {
  const Names missing = missing_from(side, names);
  if (missing.empty()) return {};
  return fail(Code::not_found, fmt::format("{} has no column \"{}\"; it has: {}", side.path, missing.front(),
                                           fmt::join(side.header.names, ", ")));
}

Result<Names> shared_columns(const Side& one, const Side& other, const Names& asked) {
  for (const Side* side : {&one, &other}) DROVER_TRY(has_columns(*side, asked));
  Names shared;
  for (const std::string& name : one.header.names)
    if (among(other.header.names, name) && (asked.empty() || among(asked, name))) shared.push_back(name);
  if (!shared.empty()) return shared;
  return fail(Code::not_found, fmt::format("no column stands in both files: {} has {}; {} has {}", one.path,
                                           fmt::join(one.header.names, ", "), other.path,
                                           fmt::join(other.header.names, ", ")));
}

}  // namespace drover::cli
