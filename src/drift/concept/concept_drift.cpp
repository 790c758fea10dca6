#include "drift/concept/concept_drift.h"

#include <algorithm>
#include <cmath>

#include "drift/checkpoint.h"
#include "drift/urn/lives.h"

namespace drover::drift {
namespace {

constexpr std::string_view kKind = "CPTD";
constexpr std::uint32_t kVersion = 1;

constexpr std::array<double, ConceptDrift::kBets> kLambda = [] {
  std::array<double, ConceptDrift::kBets> lambda{};
  double next = 0.9;
  for (double& value : lambda) value = next, next *= 0.6;
  return lambda;
}();

}  // namespace

ConceptDrift::ConceptDrift(double alpha) : alpha_(alpha), weight_(start_weight(0)), statistic_(kMassAtStart) {
  sum_.fill(kMassAtStart / kBets);
}

Result<ConceptDrift> ConceptDrift::make(double alpha) {
  DROVER_TRY(check_alpha(alpha));
  return ConceptDrift(alpha);
}

bool ConceptDrift::update(double confidence, bool correct) {
  if (!(confidence >= 0 && confidence <= 1)) return false;
  const double gap = confidence - (correct ? 1 : 0), d = gap - kTolerance;
  statistic_ = 0;
  for (std::size_t i = 0; i < kBets; ++i) {
    sum_[i] = (sum_[i] + weight_ / kBets) * (1 + kLambda[i] * d);
    statistic_ += sum_[i];
  }
  gap_sum_ += gap;
  if (++labels_ % kBlock == 0) weight_ = start_weight(labels_);
  return statistic_ >= threshold();
}

Bytes ConceptDrift::checkpoint() const {
  CheckpointWriter writer(kKind, kVersion);
  writer.put(alpha_).put(statistic_).put(gap_sum_).put(labels_).put(sum_);
  return std::move(writer).take();
}

Status ConceptDrift::restore(ByteView bytes) {
  CheckpointReader reader(bytes, kKind, kVersion);
  ConceptDrift read = *this;
  reader.get(read.alpha_).get(read.statistic_).get(read.gap_sum_).get(read.labels_).get(read.sum_);
  DROVER_TRY(reader.finish());
  if (read.alpha_ != alpha_) return fail(Code::bad_state, "the state was made with another alpha");
  if (!is_amount(read.statistic_) || !std::ranges::all_of(read.sum_, is_amount) ||
      !(std::abs(read.gap_sum_) <= static_cast<double>(read.labels_)))
    return fail(Code::bad_state, "the state's sums are not finite amounts");
  read.weight_ = start_weight(read.labels_ - read.labels_ % kBlock);
  *this = read;
  return {};
}

}  // namespace drover::drift
