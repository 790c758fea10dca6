#pragma once

#include <span>

#include "defect/weights.h"

namespace drover::defect {

/// Share of defect, and of good, after the softmax.
Logits softmax(const Logits& logits);
/// The larger share and its class.
struct Top {
  float confidence;
  int label;
};
Top top(const Logits& logits);

double accuracy(std::span<const Logits> logits, std::span<const int> labels);
double mean_confidence(std::span<const Logits> logits);
/// Expected calibration error: the mean distance between confidence and accuracy over 15 equal bins of
/// confidence, weighted by how many fall into each (Guo et al., arXiv 1706.04599).
double calibration_error(std::span<const Logits> logits, std::span<const int> labels);

/// The temperature T > 0 for which logits / T explain the labels best (least negative log-likelihood).
double fit_temperature(std::span<const Logits> logits, std::span<const int> labels);
/// The same network with its logits divided by T: the last layer carries it, so the model file needs nothing
/// more.
void fold_temperature(Weights& weights, double temperature);

}  // namespace drover::defect
