#include "page_data.h"

#include <algorithm>
#include <cmath>

namespace drover::defect {
namespace {

constexpr double kOneMoment_s = 0.1;

/// "mean drifted", or "low-confidence: rolled back to 1.0.0".
std::string what_of(const Json& alert) {
  const std::string rule = text(alert, "rule"), outcome = text(alert, "outcome");
  const std::size_t slash = rule.find('/');
  if (slash != std::string::npos) return rule.substr(slash + 1) + " drifted";
  return outcome.empty() ? rule : rule + ": " + outcome;
}

/// "mean drifted" and "deviation drifted" are "mean, deviation drifted".
void join(std::string& what, const std::string& more) {
  constexpr std::string_view kDrifted = " drifted";
  if (what.ends_with(kDrifted) && more.ends_with(kDrifted)) what.resize(what.size() - kDrifted.size());
  what += ", " + more;
}

void note_nearest(const Json& row, PageWindow& window) {
  const Json columns = columns_of(row);
  for (const auto& [name, column] : columns.items()) {
    const double statistic = column.value("statistic", 0.0), threshold = column.value("threshold", 0.0);
    if (threshold <= 1) continue;
    const double evidence = std::log(std::max(statistic, 1.0)) / std::log(threshold);
    if (evidence <= window.evidence) continue;
    window.evidence = evidence;
    window.nearest = name;
  }
}

}  // namespace

Json columns_of(const Json& row) {
  const Json entry = row.value("entry", Json::object());
  return entry.value("drift", Json::object()).value("columns", Json::object());
}

std::vector<PageWindow> page_windows(const Json& windows, std::int64_t begun_ms) {
  std::vector<PageWindow> all;
  for (const Json& row : windows) {
    PageWindow window;
    window.at_s = static_cast<double>(row.value("end_ms", std::int64_t{0}) - begun_ms) / 1000;
    window.version = text(row, "version");
    window.inferences = row.value("inferences", std::uint64_t{0});
    if (row.contains("confidence_rolling") && row["confidence_rolling"].is_number())
      window.confidence = row["confidence_rolling"].get<double>();
    note_nearest(row, window);
    all.push_back(std::move(window));
  }
  std::ranges::sort(all, {}, [](const PageWindow& window) {
    return std::pair(window.at_s, -static_cast<double>(window.inferences));
  });
  const auto repeated = std::ranges::unique(
      all, [](const PageWindow& a, const PageWindow& b) { return b.at_s - a.at_s < kOneMoment_s; });
  all.erase(repeated.begin(), repeated.end());
  return all;
}

std::vector<PageMark> page_marks(const Json& alerts, std::int64_t begun_ms) {
  std::vector<PageMark> marks;
  for (const Json& alert : alerts)
    if (text(alert, "change") == "fired")
      marks.push_back({.at_s = static_cast<double>(alert.value("at_ms", std::int64_t{0}) - begun_ms) / 1000,
                       .what = what_of(alert),
                       .is_bad = true});
  std::ranges::sort(marks, {}, [](const PageMark& mark) { return std::pair(mark.at_s, mark.what); });
  std::vector<PageMark> joined;
  for (PageMark& mark : marks) {
    if (!joined.empty() && mark.at_s - joined.back().at_s < kOneMoment_s)
      join(joined.back().what, mark.what);
    else
      joined.push_back(std::move(mark));
  }
  return joined;
}

}  // namespace drover::defect
