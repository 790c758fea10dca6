#include "server/window_sum.h"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "base/canonical_json.h"
#include "drift/reference.h"
#include "monitor/window_json.h"
#include "server/watch_entries.h"

namespace drover::server {
namespace {

using nlohmann::json;

/// drift.columns.NAME.n_effective over .n.
std::map<std::string, double> read_worth(const json& entry) {
  std::map<std::string, double> worth;
  const json columns = entry.value(json::json_pointer("/drift/columns"), json::object());
  if (!columns.is_object()) return worth;
  for (const auto& [name, column] : columns.items()) {
    if (!column.is_object()) continue;
    const auto n = column.find("n"), effective = column.find("n_effective");
    if (n == column.end() || effective == column.end() || !n->is_number() || !effective->is_number())
      continue;
    const double share = effective->get<double>() / n->get<double>();
    if (share >= 0 && share <= 1) worth[name] = share;
  }
  return worth;
}

}  // namespace

Result<SentWindow> read_sent(std::string_view body) {
  const json entry = DROVER_TRY(parse_json(body, {.bytes_max = kWindowBytesMax}));
  if (!entry.is_object() || !entry.contains("window")) return fail(Code::bad_json, "window: missing");
  monitor::NamedWindow named = DROVER_TRY(monitor::window_from_json(entry["window"]).in("window"));
  named.window.drop_parts();
  return SentWindow{std::move(named.window), std::move(named.features), read_worth(entry)};
}

bool fits(const monitor::Scheme& scheme, const monitor::Window& window) {
  const auto counts = [](const drift::Counters& counted, const monitor::Column& column) {
    return counted.reference == column.fingerprint;
  };
  if (window.scheme != scheme.fingerprint() || window.classes.size() != scheme.classes() + 1) return false;
  if (window.all.confidence.has_value() != scheme.confidence().has_value()) return false;
  if (scheme.confidence() && !counts(*window.all.confidence, *scheme.confidence())) return false;
  return std::ranges::equal(window.all.features, scheme.features(), counts);
}

WindowSum WindowSum::of(SentWindow first) {
  WindowSum sum{std::move(first.window), std::move(first.features), {}};
  for (std::size_t i = 0; i < sum.columns(); ++i) {
    const auto worth = first.worth.find(sum.name(i));
    sum.effective[sum.name(i)] =
        static_cast<double>(sum.counted(i).count()) * (worth == first.worth.end() ? 1.0 : worth->second);
  }
  return sum;
}

Status WindowSum::add(const WindowSum& other) {
  if (features != other.features) return fail(Code::conflict, "the windows have other columns");
  DROVER_TRY(window.merge(other.window));
  for (const auto& [column, values] : other.effective) effective[column] += values;
  return {};
}

const drift::Counters& WindowSum::counted(std::size_t i) const {
  return i < window.all.features.size() ? window.all.features[i] : *window.all.confidence;
}

std::string WindowSum::name(std::size_t i) const {
  return i < features.size() ? features[i] : std::string(drift::kConfidenceColumn);
}

double WindowSum::effective_of(std::size_t i) const {
  const auto found = effective.find(name(i));
  return found == effective.end() ? 0 : found->second;
}

}  // namespace drover::server
