#include "drift/reference.h"

#include <fmt/format.h>

#include "base/digest.h"

namespace drover::drift {
namespace {

std::uint64_t column_seed(std::uint64_t seed, const std::string& name) {
  const Digest digest = sha256(fmt::format("{} {}", seed, name));
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < 8; ++i) value |= std::uint64_t{digest.bytes[i]} << (8 * i);
  return value;
}

Result<Distribution> distribution_of(const tables::Column& column, std::uint64_t seed) {
  if (!column.not_a_number.empty())
    return fail(Code::bad_table,
                fmt::format("{} is no number; leave the column out, or name it \"{}\" when it is the "
                            "predicted class",
                            column.not_a_number, kClassColumn));
  return make_distribution(column.numbers, column.missing, column_seed(seed, column.name));
}

Result<std::map<std::string, std::uint64_t>> class_counts(const tables::Column& column) {
  std::map<std::string, std::uint64_t> counts;
  for (const std::string& name : column.texts) ++counts[name];
  if (counts.size() > kClassesMax)
    return fail(Code::too_many, fmt::format("{} classes, at most {} allowed", counts.size(), kClassesMax));
  return counts;
}

Status add_column(Baseline& baseline, const tables::Column& column) {
  if (column.name == kClassColumn) {
    baseline.classes = DROVER_TRY(class_counts(column));
  } else if (column.name == kConfidenceColumn) {
    baseline.confidence = DROVER_TRY(distribution_of(column, baseline.seed));
  } else if (baseline.features.size() == kFeaturesMax) {
    return fail(Code::too_many, fmt::format("more than {} features", kFeaturesMax));
  } else {
    baseline.features[column.name] = DROVER_TRY(distribution_of(column, baseline.seed));
    baseline.order.push_back(column.name);
  }
  return {};
}

}  // namespace

Result<Baseline> make_baseline(std::span<const tables::Column> columns, std::uint64_t seed) {
  Baseline baseline;
  baseline.seed = seed;
  for (const tables::Column& column : columns)
    DROVER_TRY(add_column(baseline, column).in("column \"" + column.name + "\""));
  return baseline;
}

}  // namespace drover::drift
