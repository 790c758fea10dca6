#include "statistics.h"

#include <nlohmann/json.hpp>

namespace drover::defect {

void Statistics::add(const drover_result_t& result) {
  ++inferences;
  switches = result.swaps;
  if (digest != result.version_digest) {
    digest = result.version_digest;
    version = result.version_number;
  }
  if (result.outcome == DROVER_OUTCOME_NAN) ++nan;
  if (result.outcome == DROVER_OUTCOME_FAILED || result.outcome == DROVER_OUTCOME_TIMED_OUT) ++failed;
  if (result.outcome != DROVER_OUTCOME_OK) return;
  if (result.class_index >= 0 && result.class_index < 2)
    ++classes[static_cast<std::size_t>(result.class_index)];
  confidence_sum += static_cast<double>(result.confidence);
}

std::string to_json(const Statistics& statistics, const drover_counts_t& counts, std::int64_t unix_time,
                    bool final) {
  const std::uint64_t errors = statistics.failed + statistics.nan;
  const std::uint64_t well = statistics.inferences - errors;
  nlohmann::ordered_json line = {{"time", unix_time},
                                 {"ticks", statistics.ticks},
                                 {"waiting", statistics.waiting()},
                                 {"images", statistics.images},
                                 {"inferences", statistics.inferences},
                                 {"missed", statistics.missed()},
                                 {"errors", errors},
                                 {"failed", statistics.failed},
                                 {"nan", statistics.nan},
                                 {"recorded", counts.recorded},
                                 {"dropped", counts.dropped},
                                 {"labelled", counts.labelled},
                                 {"switches", statistics.switches},
                                 {"version", statistics.version},
                                 {"digest", statistics.digest},
                                 {"good", statistics.classes[0]},
                                 {"defect", statistics.classes[1]},
                                 {"confidence_mean", nullptr},
                                 {"final", final}};
  if (well > 0) line["confidence_mean"] = statistics.confidence_sum / static_cast<double>(well);
  return line.dump();
}

}  // namespace drover::defect
