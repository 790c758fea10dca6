#include "policy/condition.h"

#include <cmath>

namespace drover::policy {
namespace {

bool is_upward(Comparison comparison) {
  return comparison == Comparison::more || comparison == Comparison::at_least;
}
bool is_strict(Comparison comparison) {
  return comparison == Comparison::less || comparison == Comparison::more;
}

Comparison opposite(Comparison comparison) {
  switch (comparison) {
    case Comparison::less:
      return Comparison::at_least;
    case Comparison::at_most:
      return Comparison::more;
    case Comparison::more:
      return Comparison::at_most;
    case Comparison::at_least:
      return Comparison::less;
  }
  return comparison;
}

}  // namespace

Condition negation(Condition condition) {
  if (is_boolean(condition.term.function))
    condition.negated = !condition.negated;
  else
    condition.comparison = opposite(condition.comparison);
  return condition;
}

std::optional<bool> holds(const Condition& condition, std::optional<double> figure) {
  if (!figure || std::isnan(*figure)) return std::nullopt;
  if (is_boolean(condition.term.function)) return (*figure != 0) != condition.negated;
  switch (condition.comparison) {
    case Comparison::less:
      return *figure < condition.limit;
    case Comparison::at_most:
      return *figure <= condition.limit;
    case Comparison::more:
      return *figure > condition.limit;
    case Comparison::at_least:
      return *figure >= condition.limit;
  }
  return std::nullopt;
}

bool overlap(const Condition& a, const Condition& b) {
  if (!(a.term == b.term)) return false;
  if (is_boolean(a.term.function)) return a.negated == b.negated;
  if (is_upward(a.comparison) == is_upward(b.comparison)) return true;
  const Condition& below = is_upward(a.comparison) ? b : a;
  const Condition& above = is_upward(a.comparison) ? a : b;
  if (above.limit == below.limit) return !is_strict(above.comparison) && !is_strict(below.comparison);
  return above.limit < below.limit;
}

}  // namespace drover::policy
