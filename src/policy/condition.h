#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace drover::policy {

/// What a condition looks at: docs/formats/policy.md has each in words.
enum class Function : std::uint8_t {
  mean,
  percentile,
  rate,
  share,
  ks,
  psi,
  drift,
  error_rate,
  accuracy,
  holdout_accuracy,
  absent,
};

/// A function and what stands in its brackets: `p95(latency_ms)`.
struct Term {
  Function function = Function::absent;
  std::uint8_t percent = 0;  // of percentile, 1…99
  std::string of = {};       // empty for a function that takes nothing

  bool operator==(const Term&) const = default;
};

/// Names in brackets that are no feature's, and what stands for all.
inline constexpr std::string_view kConfidence = "confidence", kLatency = "latency_ms", kClass = "class",
                                  kAll = "*";

enum class Comparison : std::uint8_t { less, at_most, more, at_least };

/// `mean(confidence) < 0.75`, `drift(*)`, `not absent()`.
struct Condition {
  Term term;
  Comparison comparison = Comparison::more;
  double limit = 0;
  bool negated = false;  // drift() and absent() have this in place of comparison and limit

  bool operator==(const Condition&) const = default;
};

/// drift() and absent(): true or false, where the others give a figure.
bool is_boolean(Function function);
/// Whether the figure says the more the more inferences (of accuracy: labels) it is taken over, so that too
/// few of them leave it unknown (Rule::min_samples).
bool needs_samples(Function function);
/// ks() and psi(): how far a law lies from the baseline's, which few values overstate.
bool is_distance(Function function);
/// The name as it is written: "mean", "p95".
std::string name_of(const Term& term);

/// The condition that holds where this one does not.
Condition negation(Condition condition);
/// Whether it holds for a figure, which of a boolean function is 1 or 0. Unknown for an unknown one, or NaN.
std::optional<bool> holds(const Condition& condition, std::optional<double> figure);
/// Whether some figure makes both hold; false for those of different terms.
bool overlap(const Condition& a, const Condition& b);

inline constexpr std::size_t kConditionBytesMax = 512, kNameBytesMax = 128;

/// Errors: invalid_argument with the column, from 1.
Result<Condition> parse_condition(std::string_view text);
/// What parse_condition() reads as the same condition.
std::string to_string(const Condition& condition);

}  // namespace drover::policy
