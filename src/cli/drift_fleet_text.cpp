#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include <nlohmann/json.hpp>

#include "base/json_fields.h"
#include "cli/drift_compare_answer.h"
#include "cli/watch_text.h"

namespace drover::cli {
namespace {

using nlohmann::json;

double number_or(const json& value, double otherwise) {
  return value.is_number() ? value.get<double>() : otherwise;
}

std::string number(const json& value, int digits) {
  return value.is_number() ? fmt::format("{:.{}g}", value.get<double>(), digits) : "-";
}

std::string percent(const json& value) {
  return value.is_number() ? fmt::format("{:.2f} %", 100 * value.get<double>()) : "-";
}

std::string totals_text(const json& of) {
  std::string text = fmt::format("{} windows, {} inferences, errors {}", of["windows"].get<std::uint64_t>(),
                                 of["inferences"].get<std::uint64_t>(), percent(of["error_rate"]));
  if (of["accuracy"].is_number())
    text +=
        fmt::format(", {} of {} labels right", percent(of["accuracy"]), of["labelled"].get<std::uint64_t>());
  return text + fmt::format(", confidence {}, p95 {} ms", number(of["confidence_mean"], 3),
                            number(of["latency_ms"]["p95"], 3));
}

/// Those that drifted, then those that did not, each by distance.
std::vector<std::string> farthest_first(const json& columns) {
  std::vector<std::pair<std::pair<bool, double>, std::string>> ranked;
  for (const auto& [name, column] : columns.items())
    ranked.push_back({{column["verdict"] != "drifted", -number_or(column["ks"][0], 0)}, name});
  std::ranges::sort(ranked);
  std::vector<std::string> names;
  for (auto& [rank, name] : ranked) names.push_back(std::move(name));
  return names;
}

std::string column_row(const std::string& name, const json& column, std::size_t width) {
  return fmt::format(
      "  {:<8} {:<{}} {:>9} {:>9} {:>13} {:>9} {:>8} {:>9} {:>9}\n", text_or(column, "verdict", "-"),
      printable(name), width, column["n"].get<std::uint64_t>(),
      fmt::format("{:.0f}", number_or(column["n_effective"], 0)),
      fmt::format("{:.4f}-{:.4f}", number_or(column["ks"][0], 0), number_or(column["ks"][1], 0)),
      number(column["p_adjusted"], 3), fmt::format("{:.4f}", number_or(column["psi"], 0)),
      number(column["median"], 5), number(column["median_before"], 5));
}

std::string columns_text(const json& columns) {
  if (columns.empty()) return "";
  std::size_t width = 6;
  for (const auto& [name, column] : columns.items())
    width = std::max(width, std::min<std::size_t>(40, name.size()));
  std::string text = fmt::format("  {:<8} {:<{}} {:>9} {:>9} {:>13} {:>9} {:>8} {:>9} {:>9}\n", "verdict",
                                 "column", width, "n", "n eff.", "KS D", "p adj.", "PSI", "median", "before");
  for (const std::string& name : farthest_first(columns)) text += column_row(name, columns[name], width);
  return text;
}

std::string classes_text(const json& classes) {
  const json& counts = classes["counts"];
  double now = 0, before = 0;
  for (const auto& [name, count] : counts.items())
    now += number_or(count["now"], 0), before += number_or(count["before"], 0);
  std::string text;
  for (const auto& [name, count] : counts.items()) {
    text += fmt::format("{}{} {:.1f} %", text.empty() ? "" : ", ", printable(name),
                        now == 0 ? 0 : 100 * number_or(count["now"], 0) / now);
    if (before > 0) text += fmt::format(" (before {:.1f} %)", 100 * number_or(count["before"], 0) / before);
  }
  if (text.empty()) return "";
  const std::string p = classes.contains("chi2") ? ", p " + number(classes["chi2"]["p"], 3) : "";
  return fmt::format("  {:<8} classes: {}{}\n", text_or(classes, "verdict", ""), text, p);
}

std::string names(const json& list) {
  return printable(fmt::format("{}", fmt::join(list.get<std::vector<std::string>>(), ", ")));
}

/// The least that is said of the device's columns: drifted, same, or too few.
std::string standing(const json& device) {
  if (!device["drifted"].empty()) return "drifted";
  const json& columns = device["columns"];
  const bool same =
      std::ranges::any_of(columns, [](const json& column) { return column["verdict"] == "same"; });
  return columns.empty() ? "-" : same ? "same" : "too_few";
}

std::string device_text(const json& device) {
  std::string text =
      fmt::format("  {:<8} {:<24} {}", standing(device), text_or(device, "device", "-"), totals_text(device));
  if (device["drifted"].empty()) return text + "\n";  // who is not like drifted ones is no news
  text += "; drifted: " + names(device["drifted"]);
  if (!device["unlike_the_rest"].empty()) text += "; unlike the rest: " + names(device["unlike_the_rest"]);
  return text + "\n";
}

}  // namespace

std::string drift_text(const json& version) {
  std::string text = fmt::format("{} {}: {}\n", text_or(version, "model", "-"),
                                 text_or(version, "version", "-"), totals_text(version));
  if (version.contains("no_baseline"))
    text += fmt::format("  no baseline to judge by: {}\n", printable(text_or(version, "no_baseline", "")));
  text += columns_text(version["columns"]) + classes_text(version["classes"]);
  if (!version.contains("devices")) return text;
  text += fmt::format("  devices: {}, of which {} drifted from the baseline\n", version["devices"].size(),
                      version["deviating"].size());
  for (const json& device : version["devices"]) text += device_text(device);
  return text;
}

}  // namespace drover::cli
