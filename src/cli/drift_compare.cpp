#include "cli/drift_compare.h"

#include <fmt/format.h>

#include <filesystem>
#include <map>

#include "cli/drift_columns.h"
#include "cli/table_file.h"

namespace drover::cli {
namespace {

/// Each table is read more than once, which a pipe cannot be.
Status refuse_pipe(const std::string& path) {
  using std::filesystem::file_type;
  std::error_code absent;  // the reader says so
  const file_type type = std::filesystem::status(path == "-" ? "/dev/stdin" : path, absent).type();
  if (type != file_type::fifo && type != file_type::socket && type != file_type::character) return {};
  return fail(Code::invalid_argument,
              fmt::format("{}: compare reads each table more than once and needs a file, not a pipe", path));
}

Result<Side> side_of(const std::string& path) {
  DROVER_TRY(refuse_pipe(path));
  return Side{path, DROVER_TRY(read_header(path))};
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
  Side reference = DROVER_TRY(side_of(options.reference)), current = DROVER_TRY(side_of(options.current));
  lend_names(reference, current);
  for (const Side* side : {&reference, &current}) DROVER_TRY(has_columns(*side, options.categorical));
  const Names chosen = DROVER_TRY(shared_columns(reference, current, options.columns));
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
