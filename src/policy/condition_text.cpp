#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "policy/condition_reader.h"
#include "policy/scanner.h"

namespace drover::policy {
namespace {

constexpr std::array<std::string_view, 4> kComparisons = {"<", "<=", ">", ">="};

/// A name that would be read as something else stands in quotes.
std::string written(const std::string& name) {
  if (is_bare(name)) return name;
  std::string quoted = "\"";
  for (const char c : name) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + '"';
}

}  // namespace

std::string to_string(const Condition& condition) {
  const std::string of = condition.term.of.empty() ? "" : written(condition.term.of);
  const std::string term = fmt::format("{}({})", name_of(condition.term), of);
  if (is_boolean(condition.term.function)) return (condition.negated ? "not " : "") + term;
  const std::string_view comparison = kComparisons.at(static_cast<std::size_t>(condition.comparison));
  return fmt::format("{} {} {}", term, comparison, condition.limit);
}

Result<Condition> parse_condition(std::string_view text) {
  ConditionRead read = read_condition(text);
  if (read.condition) return std::move(read.condition);
  const auto before = text.substr(0, read.fault_at);
  const auto characters =
      std::ranges::count_if(before, [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; });
  return fail(Code::invalid_argument,
              fmt::format("column {}: {}", characters + 1, read.condition.error().message));
}

}  // namespace drover::policy
