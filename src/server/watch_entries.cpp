#include "server/watch_entries.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cmath>

#include <nlohmann/json.hpp>

#include "base/digest.h"
#include "base/json_fields.h"
#include "monitor/window_json.h"

namespace drover::server {
namespace {

using nlohmann::json;

constexpr std::size_t kRuleBytesMax = 256, kKindBytesMax = 32, kTextBytesMax = 4096, kActionsMax = 16;
constexpr std::uint64_t kTimeMaxMs = std::uint64_t{1} << 53;
constexpr std::array kChanges = {"pending", "fired", "resolved", "withdrawn"};

/// The text of an element, if it is short enough.
Result<std::string> text_of(const json& element, std::size_t bytes_max) {
  std::string text = element.dump();
  if (text.size() > bytes_max)
    return fail(Code::too_large, fmt::format("{} bytes, at most {} allowed", text.size(), bytes_max));
  return text;
}

/// Which version the element is about.
template <class Row>
Status read_subject(JsonFields& fields, Row& into) {
  into.model = DROVER_TRY(fields.text("model"));
  into.version = DROVER_TRY(fields.text("version"));
  into.digest = DROVER_TRY(fields.text("digest"));
  DROVER_TRY(ModelName::parse(into.model).in(fields.at("model")));
  DROVER_TRY(Version::parse(into.version).in(fields.at("version")));
  if (const auto digest = parse_digest(into.digest); !digest || digest->hex() != into.digest)
    return fields.bad("digest", "64 lower-case hexadecimal digits expected");
  return {};
}

std::optional<double> latency_ms(const drift::DdSketch& latency_ns, double q) {
  const double ms = latency_ns.quantile(q) / 1e6;
  return std::isfinite(ms) ? std::optional(ms) : std::nullopt;
}

void take_figures(const monitor::Window& window, db::WindowRow& into) {
  into.begin_ms = window.begin_ms;
  into.end_ms = window.end_ms;
  into.inferences = window.inferences();
  into.failures = window.failures();
  into.labelled = window.labelled;
  into.right = window.right;
  into.confident = window.confident;
  into.confidence_sum = window.confidence_sum;
  into.dropped = window.dropped;
  into.deaths = window.deaths;
  into.latency_p50_ms = latency_ms(window.latency_ns, 0.50);
  into.latency_p95_ms = latency_ms(window.latency_ns, 0.95);
  into.latency_p99_ms = latency_ms(window.latency_ns, 0.99);
}

Status check_texts(JsonFields& fields, const char* name) {
  const json* list = DROVER_TRY(fields.array(name, kActionsMax));
  const bool texts = std::ranges::all_of(*list, [](const json& each) { return each.is_string(); });
  return texts ? Status{} : fields.bad(name, "a list of texts expected");
}

}  // namespace

Result<db::WindowRow> read_window(const json& element) {
  db::WindowRow row{.body = DROVER_TRY(text_of(element, kWindowBytesMax))};
  JsonFields fields = DROVER_TRY(JsonFields::of(element, "", Code::bad_json));
  DROVER_TRY(read_subject(fields, row));
  const json* window = DROVER_TRY(fields.value("window"));
  take_figures(DROVER_TRY(monitor::window_from_json(*window).in("window")).window, row);
  if (fields.has("confidence_rolling")) {
    row.confidence_rolling = DROVER_TRY(fields.number("confidence_rolling"));
    if (!(*row.confidence_rolling >= 0 && *row.confidence_rolling <= 1))
      return fields.bad("confidence_rolling", "0 to 1 expected");
  }
  for (const char* name : {"drift", "rules"})
    if (fields.has(name)) DROVER_TRY(fields.object(name, SIZE_MAX));
  return row;
}

Result<db::AlertRow> read_alert(const json& element) {
  DROVER_TRY(text_of(element, kAlertBytesMax));
  db::AlertRow row;
  JsonFields fields = DROVER_TRY(JsonFields::of(element, "", Code::bad_json));
  DROVER_TRY(read_subject(fields, row));
  row.rule = DROVER_TRY(fields.text("rule", kRuleBytesMax));
  if (row.rule.empty()) return fields.bad("rule", "a name expected");
  row.kind = DROVER_TRY(fields.text("kind", kKindBytesMax));
  row.change = DROVER_TRY(fields.text("change"));
  if (std::ranges::find(kChanges, row.change) == kChanges.end())
    return fields.bad("change", fmt::format("one of {} expected", fmt::join(kChanges, ", ")));
  row.at_ms = static_cast<std::int64_t>(DROVER_TRY(fields.unsigned_number("at_ms", kTimeMaxMs)));
  if (fields.has("actions")) DROVER_TRY(check_texts(fields, "actions"));
  for (const char* name : {"outcome", "why"})
    if (fields.has(name)) DROVER_TRY(fields.text(name, kTextBytesMax));
  if (fields.has("verdict")) row.verdict = DROVER_TRY(fields.object("verdict", SIZE_MAX))->dump();
  json rest = element;
  rest.erase("verdict");
  row.body = rest.dump();
  return row;
}

}  // namespace drover::server
