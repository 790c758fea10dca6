#include "drift/reference.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>

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

/// The rows' values one after another, with a gap where a field is empty.
class Rows {
 public:
  explicit Rows(const tables::Column& column) : column_(&column) {}
  /// The next row's place among the values.
  std::optional<std::size_t> next() {
    const bool is_gap = gaps_ < column_->missing_at.size() && column_->missing_at[gaps_] == row_;
    ++row_;
    if (!is_gap) return values_++;
    ++gaps_;
    return std::nullopt;
  }

 private:
  const tables::Column* column_;
  std::uint64_t row_ = 0;
  std::size_t gaps_ = 0, values_ = 0;
};

std::set<std::string> commonest(const std::map<std::string, std::uint64_t>& classes) {
  std::vector<std::pair<std::uint64_t, std::string>> by_count;
  for (const auto& [name, count] : classes) by_count.emplace_back(count, name);
  std::ranges::sort(by_count, [](const auto& a, const auto& b) {
    return a.first != b.first ? a.first > b.first : a.second < b.second;
  });
  std::set<std::string> names;
  for (std::size_t i = 0; i < std::min(by_count.size(), kClassesApart); ++i) names.insert(by_count[i].second);
  return names;
}

void count_by_class(Baseline& baseline, const tables::Column& classes, const tables::Column& feature) {
  const auto place =
      static_cast<std::size_t>(std::ranges::find(baseline.order, feature.name) - baseline.order.begin());
  const Distribution& reference = baseline.features.at(feature.name);
  SplitMix ties(column_seed(baseline.seed, feature.name + " by class"));
  Rows class_rows(classes), value_rows(feature);
  for (std::uint64_t row = 0; row < classes.rows(); ++row) {
    const auto at = class_rows.next(), value = value_rows.next();
    if (!at || !value) continue;
    const auto of = baseline.by_class.find(classes.texts[*at]);
    if (of != baseline.by_class.end()) ++of->second[place][reference.bin(feature.numbers[*value], ties)];
  }
}

/// Of one class alone there is nothing to tell apart.
void count_by_class(Baseline& baseline, std::span<const tables::Column> columns) {
  const auto classes = std::ranges::find(columns, kClassColumn, &tables::Column::name);
  if (classes == columns.end() || baseline.classes.size() < 2) return;
  for (const std::string& name : commonest(baseline.classes))
    baseline.by_class[name].resize(baseline.order.size());
  for (const tables::Column& column : columns)
    if (baseline.features.contains(column.name)) count_by_class(baseline, *classes, column);
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
  count_by_class(baseline, columns);
  return baseline;
}

}  // namespace drover::drift
