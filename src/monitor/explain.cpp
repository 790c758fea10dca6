// Decisions made again from what was stored of them.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/json_fields.h"
#include "drift/reference.h"
#include "monitor/verdict.h"
#include "monitor/window_json.h"

namespace drover::monitor {
namespace {

using nlohmann::json;

constexpr std::uint64_t kSchema = 1;

Result<std::shared_ptr<const drift::Baseline>> read_baseline(JsonFields& fields) {
  if (!fields.has("baseline")) return nullptr;
  const json* value = DROVER_TRY(fields.value("baseline"));
  return std::make_shared<const drift::Baseline>(
      DROVER_TRY(drift::parse_baseline(value->dump()).in("baseline")));
}

Result<std::vector<std::string>> read_labels(JsonFields& fields) {
  std::vector<std::string> labels;
  if (!fields.has("labels")) return labels;
  const json* value = DROVER_TRY(fields.array("labels", drift::kClassesMax));
  for (const json& each : *value) {
    if (!each.is_string()) return fields.bad("labels", "texts expected");
    labels.push_back(each.get<std::string>());
  }
  return labels;
}

/// Whether the window can have been counted by the scheme, as far as the figure looks at either.
Status check_fits(const JsonFields& fields, const policy::Term& term, const Scheme& scheme,
                  const Window& window) {
  const bool by_class = term.function == policy::Function::share || term.of == policy::kClass;
  if (by_class && window.classes.size() != scheme.classes() + 1)
    return fields.bad("labels", "not as many as the window counts");
  if (fields.has("baseline") && (window.all.features.size() != scheme.features().size() ||
                                 window.all.confidence.has_value() != scheme.confidence().has_value()))
    return fields.bad("baseline", "not the window's columns");
  return {};
}

Result<Explained> explain_rule(JsonFields& fields) {
  const std::string text = DROVER_TRY(fields.text("condition"));
  const auto condition = DROVER_TRY(policy::parse_condition(text).in("condition"));
  const json* stored = DROVER_TRY(fields.value("window"));
  const NamedWindow over = DROVER_TRY(window_from_json(*stored).in("window"));
  auto baseline = DROVER_TRY(read_baseline(fields));
  auto labels = DROVER_TRY(read_labels(fields));
  const Scheme scheme = DROVER_TRY(Scheme::make(std::move(baseline), std::move(labels)));
  const json* said = DROVER_TRY(fields.value("value"));
  const auto recorded = said->is_number() ? std::optional(said->get<double>()) : std::nullopt;
  DROVER_TRY(check_fits(fields, condition.term, scheme, over.window));
  const std::uint64_t labels_min =
      fields.has("min_samples") ? DROVER_TRY(fields.unsigned_number("min_samples")) : 1;
  // What a window does not hold was stored as the value itself.
  const Aside aside{.holdout_accuracy = recorded,
                    .alarmed = [&](std::string_view) { return recorded == 1; },
                    .labels_min = labels_min};
  const Figure made = figure(condition.term, scheme, over.window, aside);
  const auto holds = policy::holds(condition, made.value);
  return Explained{.text = fmt::format("{}: {} over {} inferences in {} windows, so it {}", text,
                                       made.value ? fmt::format("{}", *made.value) : "unknown",
                                       over.window.inferences(), over.window.windows,
                                       !holds   ? "could not be told"
                                       : *holds ? "held"
                                                : "did not hold"),
                   .same = made.value == recorded && holds == true,
                   .made = {{"value", made.value ? json(*made.value) : json()}, {"samples", made.samples}}};
}

std::string words(const drift::Alarm& alarm, const std::string& detector, const std::string& stream) {
  std::string text =
      fmt::format("{} on {}: {} reached {}, the threshold is {}", detector, stream,
                  alarm.family.empty() ? "the statistic" : alarm.family + " " + alarm.direction,
                  alarm.statistic, alarm.threshold);
  return text + fmt::format("; {} observations behind it, the change began about {} before", alarm.n,
                            alarm.index >= alarm.onset ? alarm.index - alarm.onset : 0);
}

Result<Explained> explain_detector(JsonFields& fields) {
  const std::string stream = DROVER_TRY(fields.text("stream"));
  const std::string stored = DROVER_TRY(fields.text("evidence", 2 * drift::Evidence::kBytesMax));
  const Bytes bytes = DROVER_TRY(from_hex(stored).in("evidence"));
  const drift::Evidence evidence = DROVER_TRY(drift::parse_evidence(bytes).in("evidence"));
  const auto baseline = DROVER_TRY(read_baseline(fields));
  const Scheme scheme = DROVER_TRY(Scheme::make(baseline, {}));
  const Column* column = scheme.column(stream);
  if (baseline != nullptr && column == nullptr) return fields.bad("baseline", "does not hold the stream");
  const auto made = drift::replay(evidence, reference_of(column));
  if (!made)
    return Explained{.text = made.error().text(), .same = false, .made = {{"error", made.error().text()}}};
  return Explained{.text = words(*made, evidence.detector, stream),
                   .same = true,
                   .made = {{"statistic", made->statistic},
                            {"threshold", made->threshold},
                            {"family", made->family},
                            {"direction", made->direction},
                            {"size", made->size},
                            {"observations", evidence.observations.size()}}};
}

}  // namespace

Result<Explained> explain(const json& verdict) {
  JsonFields fields = DROVER_TRY(JsonFields::of(verdict, "", Code::bad_json));
  if (const auto schema = DROVER_TRY(fields.unsigned_number("schema")); schema != kSchema)
    return fail(Code::unsupported, fmt::format("schema: {}; this build reads {}", schema, kSchema));
  const std::string kind = DROVER_TRY(fields.text("kind"));
  if (kind == "rule") return explain_rule(fields);
  if (kind == "detector") return explain_detector(fields);
  return fields.bad("kind", "\"rule\" or \"detector\" expected");
}

}  // namespace drover::monitor
