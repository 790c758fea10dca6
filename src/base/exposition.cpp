#include "base/exposition.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/assert.h"

namespace drover {
namespace {

/// Backslash and newline escaped, and the quote in a label's value.
std::string escaped(std::string_view text, bool is_label) {
  std::string out;
  for (const char c : text) {
    if (c == '\\')
      out += "\\\\";
    else if (c == '\n')
      out += "\\n";
    else if (c == '"' && is_label)
      out += "\\\"";
    else
      out += c;
  }
  return out;
}

std::string number(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";
  return fmt::format("{}", value);
}

bool is_name(std::string_view text) {
  return !text.empty() && (text[0] < '0' || text[0] > '9') &&
         text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") == std::string_view::npos;
}

}  // namespace

void Exposition::begin(std::string_view name, std::string_view kind, std::string_view help) {
  DROVER_ASSERT(is_name(name) && name.ends_with("_total") == (kind == "counter"));
  DROVER_ASSERT(begun_.emplace(name).second);
  name_ = name;
  head_ = fmt::format("# HELP {0} {1}\n# TYPE {0} {2}\n", name, escaped(help, false), kind);
}

void Exposition::line(std::string_view suffix, const Labels& labels, std::string_view value) {
  text_ += std::exchange(head_, {});
  text_ += name_;
  text_ += suffix;
  const char* separator = "{";
  for (const auto& [label, text] : labels) {
    DROVER_ASSERT(is_name(label));
    text_ += fmt::format("{}{}=\"{}\"", std::exchange(separator, ","), label, escaped(text, true));
  }
  text_ += fmt::format("{}{}\n", labels.empty() ? " " : "} ", value);
}

void Exposition::sample(const Labels& labels, double value) { line("", labels, number(value)); }
void Exposition::sample(const Labels& labels, std::uint64_t value) {
  line("", labels, std::to_string(value));
}

void Exposition::buckets(const Labels& labels, std::span<const Bucket> buckets, double sum,
                         std::uint64_t count) {
  Labels with = labels;
  with.emplace_back("le", "");
  std::uint64_t below = 0;
  for (const Bucket& bucket : buckets) {
    DROVER_ASSERT(bucket.count >= below && bucket.count <= count);
    below = bucket.count;
    const std::string upper = number(bucket.upper);
    with.back().second = upper;
    line("_bucket", with, std::to_string(bucket.count));
  }
  with.back().second = "+Inf";
  line("_bucket", with, std::to_string(count));
  totals(labels, sum, count);
}

void Exposition::totals(const Labels& labels, double sum, std::uint64_t count) {
  line("_sum", labels, number(sum));
  line("_count", labels, std::to_string(count));
}

}  // namespace drover
