#include "defect/calibration.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

namespace drover::defect {
namespace {

/// Mean of -ln(share of the true class) at logits / T.
double surprise(std::span<const Logits> logits, std::span<const int> labels, double temperature) {
  double sum = 0;
  for (std::size_t i = 0; i < logits.size(); ++i) {
    const auto truth = static_cast<std::size_t>(labels[i]);
    const double lead = (logits[i][truth] - logits[i][1 - truth]) / temperature;
    sum += lead > 0 ? std::log1p(std::exp(-lead)) : std::log1p(std::exp(lead)) - lead;
  }
  return sum / static_cast<double>(logits.size());
}

}  // namespace

Logits softmax(const Logits& logits) {
  const float most = std::max(logits[0], logits[1]);
  const float a = std::exp(logits[0] - most), b = std::exp(logits[1] - most);
  return {a / (a + b), b / (a + b)};
}

Top top(const Logits& logits) {
  const Logits shares = softmax(logits);
  const int label = shares[1] > shares[0] ? 1 : 0;
  return {shares[static_cast<std::size_t>(label)], label};
}

double accuracy(std::span<const Logits> logits, std::span<const int> labels) {
  std::size_t right = 0;
  for (std::size_t i = 0; i < logits.size(); ++i) right += top(logits[i]).label == labels[i];
  return static_cast<double>(right) / static_cast<double>(logits.size());
}

double mean_confidence(std::span<const Logits> logits) {
  const auto add = [](double sum, const Logits& one) { return sum + top(one).confidence; };
  return std::accumulate(logits.begin(), logits.end(), 0.0, add) / static_cast<double>(logits.size());
}

double calibration_error(std::span<const Logits> logits, std::span<const int> labels) {
  constexpr int kBins = 15;
  std::array<double, kBins> excess{};  // confidence minus right answers, summed
  for (std::size_t i = 0; i < logits.size(); ++i) {
    const Top best = top(logits[i]);
    const int bin = std::min(static_cast<int>(best.confidence * kBins), kBins - 1);
    excess[static_cast<std::size_t>(bin)] += best.confidence - (best.label == labels[i] ? 1.0 : 0.0);
  }
  const auto add = [](double sum, double one) { return sum + std::abs(one); };
  return std::accumulate(excess.begin(), excess.end(), 0.0, add) / static_cast<double>(logits.size());
}

double fit_temperature(std::span<const Logits> logits, std::span<const int> labels) {
  // The surprise is convex in 1/T, so thirds of ln T close in on the least.
  double low = std::log(.05), high = std::log(20.0);
  for (int i = 0; i < 80; ++i) {
    const double left = low + (high - low) / 3, right = high - (high - low) / 3;
    if (surprise(logits, labels, std::exp(left)) < surprise(logits, labels, std::exp(right)))
      high = right;
    else
      low = left;
  }
  return std::exp((low + high) / 2);
}

void fold_temperature(Weights& weights, double temperature) {
  for (auto* values : {&weights.last.weights, &weights.last.bias})
    for (float& value : *values) value = static_cast<float>(value / temperature);
}

}  // namespace drover::defect
