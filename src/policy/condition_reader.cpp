#include "policy/condition_reader.h"

#include <fmt/format.h>

#include <cmath>

#include "policy/condition_functions.h"
#include "policy/scanner.h"

namespace drover::policy {
namespace {

/// "p01" … "p99", else 0.
std::uint8_t percent_of(std::string_view word) {
  const auto digit = [&](std::size_t at) {
    return word[at] >= '0' && word[at] <= '9' ? word[at] - '0' : -100;
  };
  if (word.size() != 3 || word[0] != 'p') return 0;
  const int percent = digit(1) * 10 + digit(2);
  return static_cast<std::uint8_t>(percent > 0 ? percent : 0);
}

Result<Term> read_function(Scanner& scanner) {
  const std::size_t begin = scanner.skip_blanks();
  const std::string_view word = scanner.word();
  if (const std::uint8_t percent = percent_of(word)) return Term{Function::percentile, percent};
  for (const FunctionRow& row : functions())
    if (row.name == word && row.function != Function::percentile) return Term{row.function};
  return scanner.bad(
      begin,
      fmt::format("there is no function \"{}\"; there are mean, p01 to p99, rate, share, ks, psi, drift, "
                  "error_rate, accuracy, holdout_accuracy and absent",
                  word.substr(0, 40)));
}

Status check_name(Scanner& scanner, std::size_t begin, const Term& term) {
  const Takes takes = row_of(term.function).takes;
  if (takes == Takes::nothing && !term.of.empty())
    return scanner.bad(begin, fmt::format("{}() takes nothing in its brackets", name_of(term)));
  if (takes != Takes::nothing && term.of.empty())
    return scanner.bad(begin, fmt::format("{}() needs {} in its brackets", name_of(term), in_words(takes)));
  if (takes == Takes::figure && term.of != kConfidence && term.of != kLatency)
    return scanner.bad(begin, fmt::format("means are kept of confidence and latency_ms only; p50({0}) is the "
                                          "median of {0}",
                                          term.of));
  return {};
}

/// term = function "(" [name] ")"
Result<Term> read_term(Scanner& scanner, std::size_t& of_at) {
  Term term = DROVER_TRY(read_function(scanner));
  std::size_t at = scanner.skip_blanks();
  if (!scanner.take('(')) return scanner.bad(at, fmt::format("\"(\" is needed after {}", name_of(term)));
  of_at = scanner.skip_blanks();
  term.of = DROVER_TRY(scanner.name(kNameBytesMax));
  at = scanner.skip_blanks();
  if (!scanner.take(')')) return scanner.bad(at, "\")\" is needed");
  DROVER_TRY(check_name(scanner, of_at, term));
  return term;
}

Result<Comparison> read_comparison(Scanner& scanner) {
  const std::size_t begin = scanner.skip_blanks();
  if (scanner.take('<')) return scanner.take('=') ? Comparison::at_most : Comparison::less;
  if (scanner.take('>')) return scanner.take('=') ? Comparison::at_least : Comparison::more;
  return scanner.bad(begin, "one of < <= > >= is needed");
}

Result<double> read_limit(Scanner& scanner, const Term& term) {
  const std::size_t begin = scanner.skip_blanks();
  const double limit = DROVER_TRY(scanner.number());
  const Range range = range_of(term);
  if (limit >= range.min && limit <= range.max) return limit;
  return scanner.bad(begin, fmt::format("{}({}) lies between {} and {}, so {} says nothing of it",
                                        name_of(term), term.of, range.min, range.max, limit));
}

/// condition = ["not"] term | term comparison number
Result<Condition> read(Scanner& scanner, std::size_t& of_at) {
  Condition condition;
  const std::size_t begin = scanner.skip_blanks();
  condition.negated = scanner.take_word("not");
  condition.term = DROVER_TRY(read_term(scanner, of_at));
  const bool is_yes_or_no = is_boolean(condition.term.function);
  if (condition.negated && !is_yes_or_no)
    return scanner.bad(begin, "\"not\" stands before drift() and absent() only");
  if (!is_yes_or_no) {
    condition.comparison = DROVER_TRY(read_comparison(scanner));
    condition.limit = DROVER_TRY(read_limit(scanner, condition.term));
  }
  const std::size_t end = scanner.skip_blanks();
  if (scanner.at_end()) return condition;
  return scanner.bad(
      end, is_yes_or_no ? fmt::format("nothing may follow: {}() is true or false", name_of(condition.term))
                        : "nothing may follow: a rule has one condition");
}

}  // namespace

ConditionRead read_condition(std::string_view text) {
  Scanner scanner(text);
  ConditionRead result{.condition = Condition{}};
  if (text.size() > kConditionBytesMax)
    result.condition = scanner.bad(
        0, fmt::format("a condition has at most {} bytes, this one {}", kConditionBytesMax, text.size()));
  else
    result.condition = read(scanner, result.of_at);
  result.fault_at = scanner.fault_at();
  return result;
}

}  // namespace drover::policy
