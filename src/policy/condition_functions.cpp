#include "policy/condition_functions.h"

#include <fmt/format.h>

#include <array>
#include <limits>

namespace drover::policy {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

constexpr std::array kFunctions = {
    FunctionRow{Function::mean, "mean", Takes::figure, -kInfinity, kInfinity},
    FunctionRow{Function::percentile, "p", Takes::figure_or_feature, -kInfinity, kInfinity},
    FunctionRow{Function::rate, "rate", Takes::nothing, 0, kInfinity},
    FunctionRow{Function::share, "share", Takes::label, 0, 1},
    FunctionRow{Function::ks, "ks", Takes::feature, 0, 1},
    FunctionRow{Function::psi, "psi", Takes::feature_or_class, 0, kInfinity},
    FunctionRow{Function::drift, "drift", Takes::detector, 0, 1},
    FunctionRow{Function::error_rate, "error_rate", Takes::nothing, 0, 1},
    FunctionRow{Function::accuracy, "accuracy", Takes::nothing, 0, 1},
    FunctionRow{Function::holdout_accuracy, "holdout_accuracy", Takes::nothing, 0, 1},
    FunctionRow{Function::absent, "absent", Takes::nothing, 0, 1},
};

}  // namespace

std::string_view in_words(Takes takes) {
  switch (takes) {
    case Takes::nothing:
      return "nothing";
    case Takes::figure:
      return "confidence or latency_ms";
    case Takes::figure_or_feature:
      return "confidence, latency_ms or a feature";
    case Takes::feature:
      return "a feature, confidence or *";
    case Takes::feature_or_class:
      return "a feature, confidence, class or *";
    case Takes::label:
      return "a class";
    case Takes::detector:
      return "a detector's name or *";
  }
  return "nothing";
}

std::span<const FunctionRow> functions() { return kFunctions; }

const FunctionRow& row_of(Function function) { return kFunctions.at(static_cast<std::size_t>(function)); }

Range range_of(const Term& term) {
  if (term.function == Function::mean || term.function == Function::percentile) {
    if (term.of == kConfidence) return {0, 1};
    if (term.of == kLatency) return {0, kInfinity};
  }
  return {row_of(term.function).min, row_of(term.function).max};
}

bool is_boolean(Function function) { return function == Function::drift || function == Function::absent; }

bool needs_samples(Function function) {
  return !is_boolean(function) && function != Function::rate && function != Function::holdout_accuracy;
}

bool is_distance(Function function) { return function == Function::ks || function == Function::psi; }

std::string name_of(const Term& term) {
  if (term.function == Function::percentile) return fmt::format("p{:02}", term.percent);
  return std::string(row_of(term.function).name);
}

}  // namespace drover::policy
