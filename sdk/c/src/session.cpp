#include "session.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace drover::sdk {
namespace {

using runtime::DType;
using runtime::Tensor;

std::vector<float> floats_of(const Tensor& tensor) {
  std::vector<float> values(tensor.count());
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(tensor.at(i));
  return values;
}

bool is_finite(std::span<const float> values) {
  return std::ranges::all_of(values, [](float value) { return std::isfinite(value); });
}

}  // namespace

Top top_of(std::span<const float> scores) {
  if (scores.empty()) return {};
  const auto greatest = std::ranges::max_element(scores);
  Top top;
  if (scores.size() > 1) top.class_index = static_cast<std::int32_t>(greatest - scores.begin());
  if (std::ranges::all_of(scores, [](float score) { return score >= 0 && score <= 1.0001F; }))
    top.confidence = std::min(*greatest, 1.0F);
  return top;
}

Result<Answer> Session::infer(const Fill& fill, std::span<const float> features) {
  go_over();
  if (!model_) return fail(loader_.reason());
  Answer answer;
  if (Status done = run(fill, answer); !done) {
    answer.outcome = ring::Outcome::failed;
    answer.error = std::move(done).error();
    outputs_.clear();
  }
  ring::Record record{
      .latency_ns = answer.latency_ns,
      .outcome = answer.outcome,
      .feature_count = static_cast<std::uint16_t>(std::min(features.size(), ring::kFeaturesMax)),
      .class_index = answer.class_index,
      .confidence = answer.confidence,
      .digest = model_->version.digest().bytes};
  std::ranges::copy(features.first(record.feature_count), record.features.begin());
  answer.id = handle_.writer().record(record);
  return answer;
}

/// Between two inferences: from the model in use to the one that the loader has ready.
void Session::go_over() {
  std::unique_ptr<LoadedModel> next = loader_.take();
  if (!next) return;
  if (model_) ++swaps_;
  model_ = std::move(next);
}

Status Session::run(const Fill& fill, Answer& answer) {
  if (Status filled = fill(*model_); !filled) return filled;
  const auto start = std::chrono::steady_clock::now();
  Status invoked = model_->session->invoke();
  answer.latency_ns = static_cast<std::uint64_t>((std::chrono::steady_clock::now() - start).count());
  if (!invoked) return invoked;
  if (Status read = read_outputs(); !read) return read;
  if (!std::ranges::all_of(outputs_, is_finite)) {
    answer.outcome = ring::Outcome::nan;
    answer.error = {Code::probation_nan, "the model gave NaN or infinity"};
  } else if (!outputs_.empty()) {
    const Top top = top_of(outputs_.front());
    answer.class_index = top.class_index;
    answer.confidence = top.confidence;
  }
  return {};
}

Status Session::read_outputs() {
  runtime::Session& session = *model_->session;
  outputs_.resize(session.outputs().size());
  for (std::size_t index = 0; index < outputs_.size(); ++index)
    outputs_[index] = floats_of(DROVER_TRY(session.output(index, DType::float32)));
  return {};
}

}  // namespace drover::sdk
