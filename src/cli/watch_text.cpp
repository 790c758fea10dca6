#include "cli/watch_text.h"

#include <fmt/format.h>

#include <algorithm>

#include <nlohmann/json.hpp>

#include "base/clock.h"
#include "base/json_fields.h"
#include "cli/drift_compare_answer.h"

namespace drover::cli {
namespace {

using nlohmann::json;

std::string date_of(std::int64_t ms) {
  return format_time(UnixTime(std::chrono::floor<std::chrono::seconds>(std::chrono::milliseconds(ms))));
}

/// A number in a form, or "-".
std::string number(const json& value, fmt::format_string<double&> form) {
  if (!value.is_number()) return "-";
  double as_double = value.get<double>();
  return fmt::format(form, as_double);
}

std::uint64_t count(const json& object, const char* key) { return object.value(key, std::uint64_t{0}); }

std::string word(const json& object, const char* key) { return printable(text_or(object, key, "-")); }

/// "p50 3.0 p95 3.1 p99 3.3 ms"
std::string latency(const json& ms) {
  if (!ms.contains("p50") || !ms["p50"].is_number()) return "latency -";
  return fmt::format("p50 {} p95 {} p99 {} ms", number(ms["p50"], "{:.3g}"), number(ms["p95"], "{:.3g}"),
                     number(ms["p99"], "{:.3g}"));
}

std::string labels(const json& window) {
  const std::uint64_t labelled = count(window, "labelled");
  return labelled == 0 ? "" : fmt::format(", {} of {} labels right", count(window, "right"), labelled);
}

std::string losses(const json& window) {
  std::string text;
  for (const char* what : {"dropped", "deaths"})
    if (const std::uint64_t lost = count(window, what); lost > 0) text += fmt::format(", {} {}", lost, what);
  return text;
}

}  // namespace

std::string window_line(const json& window) {
  const std::string rolling = number(window["confidence_rolling"], "{:.3f}");
  return fmt::format("{}  {:<16} {} {:<8} n {:>5}  failed {}{}  confidence {}{}  {}{}\n",
                     date_of(window["end_ms"].get<std::int64_t>()), word(window, "device"),
                     word(window, "model"), word(window, "version"), count(window, "inferences"),
                     count(window, "failures"), labels(window), number(window["confidence_mean"], "{:.3f}"),
                     rolling == "-" ? "" : fmt::format(" (last 100: {})", rolling),
                     latency(window["latency_ms"]), losses(window));
}

std::string alert_line(const json& alert) {
  std::string text =
      fmt::format("{:>5}  {}  {:<16} {} {:<8} {} {}", count(alert, "id"),
                  date_of(alert["at_ms"].get<std::int64_t>()), word(alert, "device"), word(alert, "model"),
                  word(alert, "version"), word(alert, "rule"), word(alert, "change"));
  if (const std::string why = text_or(alert, "why", ""); !why.empty()) text += ": " + printable(why);
  if (const std::string outcome = text_or(alert, "outcome", ""); !outcome.empty())
    text += " → " + printable(outcome);
  return text + "\n";
}

}  // namespace drover::cli
