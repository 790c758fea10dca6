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

namespace {

/// A label says which inference and which class, and nothing else.
bool is_label(const Record& record) {
  return record.class_index >= 0 && record.feature_count == 0 && record.confidence == -1.0F &&
         record.latency_ns == 0 && record.outcome == Outcome::ok &&
         record.digest == decltype(record.digest){};
}

bool is_inference(const Record& record) {
  const bool confident = record.confidence == -1.0F || (record.confidence >= 0 && record.confidence <= 1);
  return confident && static_cast<std::uint16_t>(record.outcome) < kOutcomes &&
         record.feature_count <= kFeaturesMax && record.class_index >= -1;
}

}  // namespace

bool is_valid(const Record& record) {
  if (record.id == 0) return false;
  if (record.kind == Kind::label) return is_label(record);
  return record.kind == Kind::inference && is_inference(record);
}

}  // namespace drover::ring
