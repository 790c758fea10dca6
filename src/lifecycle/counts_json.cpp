#include "lifecycle/counts_json.h"

#include <cmath>

#include "lifecycle/json_fields.h"

namespace drover::lifecycle {
namespace {

using nlohmann::json;

/// The buckets from the first to the last that has any: {"from": 12, "counts": [3, 0, 7]}.
json to_json(const LatencyCounts& latency) {
  const auto& buckets = latency.buckets();
  std::size_t begin = 0, end = buckets.size();
  while (begin < end && buckets.at(begin) == 0) ++begin;
  while (end > begin && buckets.at(end - 1) == 0) --end;
  json counts = json::array();
  for (std::size_t i = begin; i < end; ++i) counts.push_back(buckets.at(i));
  return {{"from", begin}, {"counts", std::move(counts)}};
}

Result<LatencyCounts> to_latency(const json& from) {
  LatencyCounts::Buckets buckets{};
  const std::uint64_t begin = DROVER_TRY(number_at(from, "from"));
  const auto counts = from.find("counts");
  if (counts == from.end() || !counts->is_array() || begin > buckets.size() ||
      counts->size() > buckets.size() - begin)
    return bad_field("counts", fmt::format("a list within {} buckets is needed", buckets.size()));
  for (std::size_t i = 0; i < counts->size(); ++i) {
    const json& count = (*counts)[i];
    if (!count.is_number_unsigned()) return bad_field("counts", "whole numbers are needed");
    buckets.at(begin + i) = count.get<std::uint64_t>();
  }
  return LatencyCounts(buckets);
}

Result<std::uint64_t> number_or_0(const json& from, const char* key) {
  return from.contains(key) ? number_at(from, key) : Result<std::uint64_t>(0);
}

Result<double> confidence_sum_of(const json& from, std::uint64_t confident) {
  const auto value = from.find("confidence_sum");
  if (value == from.end()) return 0.0;
  const double sum = value->is_number() ? value->get<double>() : NAN;
  if (sum >= 0 && sum <= static_cast<double>(confident) * (1 + 1e-9)) return sum;
  return bad_field("confidence_sum", fmt::format("a number from 0 to {} is needed", confident));
}

}  // namespace

json to_json(const Counts& counts) {
  json into = {{"samples", counts.samples},
               {"errors", counts.errors},
               {"nans", counts.nans},
               {"crashes", counts.crashes}};
  if (counts.labelled > 0) into["labelled"] = counts.labelled;
  if (counts.wrong > 0) into["wrong"] = counts.wrong;
  if (counts.confident > 0) into["confident"] = counts.confident;
  if (counts.confidence_sum != 0) into["confidence_sum"] = counts.confidence_sum;
  if (counts.latency != LatencyCounts{}) into["latency"] = to_json(counts.latency);
  return into;
}

Result<Counts> to_counts(const json& from) {
  Counts counts{.samples = DROVER_TRY(number_at(from, "samples")),
                .errors = DROVER_TRY(number_at(from, "errors")),
                .nans = DROVER_TRY(number_at(from, "nans")),
                .crashes = DROVER_TRY(number_at(from, "crashes")),
                .labelled = DROVER_TRY(number_or_0(from, "labelled")),
                .wrong = DROVER_TRY(number_or_0(from, "wrong")),
                .confident = DROVER_TRY(number_or_0(from, "confident"))};
  if (counts.wrong > counts.labelled) return bad_field("wrong", "more than were labelled");
  counts.confidence_sum = DROVER_TRY(confidence_sum_of(from, counts.confident));
  if (from.contains("latency")) counts.latency = DROVER_TRY(object_at(from, "latency", to_latency));
  return counts;
}

}  // namespace drover::lifecycle
