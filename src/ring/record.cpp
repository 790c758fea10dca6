#include "ring/record.h"

#include <cmath>

namespace drover::ring {

std::string_view name(Outcome outcome) {
  switch (outcome) {
    case Outcome::ok:
      return "ok";
    case Outcome::failed:
      return "failed";
    case Outcome::nan:
      return "nan";
    case Outcome::timed_out:
      return "timed_out";
  }
  return "unknown";
}

bool is_valid(const Record& record) {
  const bool known = record.kind == Kind::inference || record.kind == Kind::label;
  const bool confident = record.confidence == -1.0F || (record.confidence >= 0 && record.confidence <= 1);
  return known && confident && record.id != 0 && static_cast<std::uint16_t>(record.outcome) < kOutcomes &&
         record.feature_count <= kFeaturesMax && record.class_index >= -1;
}

}  // namespace drover::ring
