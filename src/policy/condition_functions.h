#pragma once

// Inside policy only: the functions of conditions as a table.
#include <span>

#include "policy/condition.h"

namespace drover::policy {

/// What a function takes in its brackets.
enum class Takes : std::uint8_t {
  nothing,
  figure,             // confidence or latency_ms
  figure_or_feature,  // or a feature
  feature,            // a feature, confidence or *
  feature_or_class,   // or class
  label,
  detector,  // or *
};
/// The same in words.
std::string_view in_words(Takes takes);

struct FunctionRow {
  Function function;
  std::string_view name;  // of percentile its letter alone
  Takes takes;
  double min, max;  // of its figure, where what it takes does not say
};

/// In the order of Function.
std::span<const FunctionRow> functions();
const FunctionRow& row_of(Function function);

/// What a term's figure can be.
struct Range {
  double min, max;
};
Range range_of(const Term& term);

}  // namespace drover::policy
