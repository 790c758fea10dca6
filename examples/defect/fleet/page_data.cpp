#include "page_data.h"

#include <algorithm>
#include <cmath>

namespace drover::defect {
namespace {

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
    if (row.contains("confidence_rolling") && row["confidence_rolling"].is_number())
      window.confidence = row["confidence_rolling"].get<double>();
    note_nearest(row, window);
    all.push_back(std::move(window));
  }
  std::ranges::sort(all, {}, &PageWindow::at_s);
  return all;
}

std::vector<PageMark> page_marks(const Json& alerts, std::int64_t begun_ms) {
  std::vector<PageMark> marks;
  for (const Json& alert : alerts) {
    if (text(alert, "change") != "fired") continue;
    std::string what = text(alert, "rule");
    if (const std::string outcome = text(alert, "outcome"); !outcome.empty()) what += ": " + outcome;
    marks.push_back({.at_s = static_cast<double>(alert.value("at_ms", std::int64_t{0}) - begun_ms) / 1000,
                     .what = std::move(what),
                     .is_bad = true});
  }
  std::ranges::sort(marks, {}, &PageMark::at_s);
  return marks;
}

}  // namespace drover::defect
