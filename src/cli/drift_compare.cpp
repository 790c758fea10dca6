#include "cli/drift_compare.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <set>

#include "cli/table_file.h"

namespace drover::cli {
namespace {

using Names = std::vector<std::string>;

bool among(const Names& names, const std::string& name) {
  return std::ranges::find(names, name) != names.end();
}

/// One of the two files: its path, and the names its columns go by.
struct Side {
  std::string path;
  tables::Header header;
};

/// Columns without names take the other side's, where there are as many.
void lend_names(Side& reference, Side& current) {
  if (reference.header.named == current.header.named ||
      reference.header.names.size() != current.header.names.size())
    return;
  Side& unnamed = reference.header.named ? current : reference;
  unnamed.header.names = reference.header.named ? reference.header.names : current.header.names;
}

Names missing_from(const Side& side, const Names& names) {
  Names missing;
  for (const std::string& name : names)
    if (!among(side.header.names, name)) missing.push_back(name);
  return missing;
}

/// The columns to compare, in the reference's order.
Result<Names> chosen_columns(const CompareOptions& options, const Side& reference, const Side& current) {
  const Names& asked = options.columns;
  for (const Side* side : {&reference, &current})
    for (const Names* names : {&asked, &options.categorical})
      if (const Names missing = missing_from(*side, *names); !missing.empty())
        return fail(Code::not_found, fmt::format("{} has no column \"{}\"; it has: {}", side->path,
                                                 missing.front(), fmt::join(side->header.names, ", ")));
  Names chosen;
  for (const std::string& name : reference.header.names)
    if (among(current.header.names, name) && (asked.empty() || among(asked, name))) chosen.push_back(name);
  if (!chosen.empty()) return chosen;
  return fail(Code::not_found, fmt::format("no column stands in both files: {} has {}; {} has {}",
                                           reference.path, fmt::join(reference.header.names, ", "),
                                           current.path, fmt::join(current.header.names, ", ")));
}

/// Both files' columns by name.
using Columns = std::map<std::string, tables::SampleColumn>;
struct Data {
  std::uint64_t rows = 0;
  Columns columns;
};

Result<Data> read_side(const Side& side, const Names& wanted, const Names& categorical) {
  const auto choose = [&](const tables::Header&, std::size_t i) {
    const std::string& name = side.header.names[i];
    if (!among(wanted, name)) return tables::ReadAs::skip;
    return among(categorical, name) ? tables::ReadAs::categories : tables::ReadAs::numbers;
  };
  tables::Samples samples = DROVER_TRY(read_samples(side.path, choose));
  Data data{.rows = samples.rows, .columns = {}};
  std::size_t at = 0;
  for (const std::string& name : side.header.names)
    if (among(wanted, name)) data.columns[name] = std::move(samples.columns[at++]);
  return data;
}

/// Reads columns that turned out to be text in one of the files as categories in both.
Status read_texts(const Side& side, const Names& texts, Data& data) {
  Names again;
  for (const std::string& name : texts)
    if (!data.columns[name].categorical) again.push_back(name);
  if (again.empty()) return {};
  Data read = DROVER_TRY(read_side(side, again, again));
  for (auto& [name, column] : read.columns) data.columns[name] = std::move(column);
  return {};
}

drift::LeftOut left_out(const tables::SampleColumn& column) {
  return {.missing = column.missing, .nan = column.nan};
}

/// Adds one column's comparison; the numbers are given up meanwhile.
Status add_numbers(Comparison& into, const std::string& name, tables::SampleColumn& before,
                   tables::SampleColumn& now, const CompareOptions& options) {
  drift::ColumnComparison& column = into.columns.emplace_back();
  std::optional<drift::Picture>& picture = into.pictures.emplace_back();
  column.name = name;
  column.n_reference = before.numbers.size();
  column.n_current = now.numbers.size();
  if (before.numbers.empty() || now.numbers.empty()) return {};
  const auto reference = DROVER_TRY(drift::Sample::make(std::move(before.numbers)).in(name));
  const auto current = DROVER_TRY(drift::Sample::make(std::move(now.numbers)).in(name));
  column = DROVER_TRY(drift::compare_numbers(name, reference, current, options.method));
  if (options.pictures) picture = drift::picture(reference, current);
  return {};
}

}  // namespace

Result<Comparison> compare_tables(const CompareOptions& options) {
  Side reference{options.reference, DROVER_TRY(read_header(options.reference))};
  Side current{options.current, DROVER_TRY(read_header(options.current))};
  lend_names(reference, current);
  const Names chosen = DROVER_TRY(chosen_columns(options, reference, current));
  Data before = DROVER_TRY(read_side(reference, chosen, options.categorical));
  Data now = DROVER_TRY(read_side(current, chosen, options.categorical));
  Names texts = options.categorical;
  for (const std::string& name : chosen)
    if (!before.columns[name].not_a_number.empty() || !now.columns[name].not_a_number.empty())
      texts.push_back(name);
  DROVER_TRY(read_texts(reference, texts, before));
  DROVER_TRY(read_texts(current, texts, now));

  Comparison result{.reference = options.reference,
                    .current = options.current,
                    .rows_reference = before.rows,
                    .rows_current = now.rows,
                    .columns = {},
                    .pictures = {},
                    .only_reference = missing_from(current, reference.header.names),
                    .only_current = missing_from(reference, current.header.names),
                    .correction = options.correction,
                    .alpha = options.alpha};
  for (const std::string& name : chosen) {
    tables::SampleColumn &one = before.columns[name], &two = now.columns[name];
    if (one.categorical) {
      result.columns.push_back(drift::compare_categories(name, one.counts, two.counts));
      result.pictures.emplace_back();
    } else {
      DROVER_TRY(add_numbers(result, name, one, two, options));
    }
    result.columns.back().left_out_reference = left_out(one);
    result.columns.back().left_out_current = left_out(two);
  }
  drift::decide(result.columns, options.correction, options.alpha);
  return result;
}

}  // namespace drover::cli
