#include "drift/concept/concept_drift.h"

#include <algorithm>
#include <cmath>

#include "drift/checkpoint.h"
#include "drift/urn/lives.h"

namespace drover::drift {
namespace {

constexpr std::string_view kKind = "CPTD";
constexpr std::uint32_t kVersion = 2;

constexpr std::array<double, ConceptDrift::kBets> kLambda = [] {
  std::array<double, ConceptDrift::kBets> lambda{};
  double next = 0.9;
  for (double& value : lambda) value = next, next *= 0.6;
  return lambda;
}();

}  // namespace

Result<ConceptDrift> ConceptDrift::make(double alpha, bool split) {
  DROVER_TRY(check_alpha(alpha));
  return ConceptDrift(alpha, split);
}

void ConceptDrift::restart() {
  ++life_;
  age_ = 0;
  threshold_ = 1 / (alpha_ * share_of_life(life_, split_ != 0));
  sum_.fill(kMassAtStart / kBets);
  weight_ = start_weight(0);
  statistic_ = kMassAtStart;
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
  ++labels_;
  if (++age_ % kBlock == 0) {
    weight_ = start_weight(age_);
    for (double& sum : sum_) sum = std::min(sum, kSumMax);  // a block multiplies by 2^32 at most
  }
  return statistic_ >= threshold();
}

Bytes ConceptDrift::checkpoint() const {
  CheckpointWriter writer(kKind, kVersion);
  writer.put(alpha_).put(statistic_).put(gap_sum_).put(labels_).put(age_).put(life_).put(split_).put(sum_);
  return std::move(writer).take();
}

Status ConceptDrift::restore(ByteView bytes) {
  CheckpointReader reader(bytes, kKind, kVersion);
  ConceptDrift read = *this;
  reader.get(read.alpha_).get(read.statistic_).get(read.gap_sum_).get(read.labels_);
  reader.get(read.age_).get(read.life_).get(read.split_).get(read.sum_);
  DROVER_TRY(reader.finish());
  if (read.alpha_ != alpha_ || read.split_ != split_)
    return fail(Code::bad_state, "the state was made with other settings");
  if (read.life_ == 0 || read.age_ > read.labels_)
    return fail(Code::bad_state, "the state's age and life do not hold");
  if (!is_amount(read.statistic_) || !std::ranges::all_of(read.sum_, is_amount) ||
      !(std::abs(read.gap_sum_) <= static_cast<double>(read.labels_)))
    return fail(Code::bad_state, "the state's sums are not finite amounts");
  read.weight_ = start_weight(read.age_ - read.age_ % kBlock);
  read.threshold_ = 1 / (alpha_ * share_of_life(read.life_, split_ != 0));
  *this = read;
  return {};
}

}  // namespace drover::drift
