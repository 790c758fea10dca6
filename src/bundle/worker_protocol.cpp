#include "bundle/worker_protocol.h"

#include <limits>

#include <nlohmann/json.hpp>

#include "base/canonical_json.h"

namespace drover::bundle {
namespace {

using Json = nlohmann::ordered_json;
using Read = nlohmann::json;

constexpr std::size_t kAnswerBytesMax = 16 << 20;

Json json_of(const TensorReport& tensor) {
  Json json = {{"name", tensor.name}, {"dtype", tensor.dtype}, {"shape", tensor.shape}};
  json["quantisation"] = nullptr;
  if (const auto& q = tensor.quantisation)
    json["quantisation"] = {{"scales", q->scales}, {"zero_points", q->zero_points}, {"axis", q->axis}};
  return json;
}

Json json_of(const std::vector<TensorReport>& tensors) {
  Json json = Json::array();
  for (const TensorReport& tensor : tensors) json.push_back(json_of(tensor));
  return json;
}

Json json_of(const EngineReport& engine) {
  return {{"name", engine.engine},
          {"version", engine.version},
          {"delegate", engine.delegate},
          {"nodes", engine.nodes},
          {"nodes_delegated", engine.nodes_delegated}};
}

Json json_of(const LatencyReport& latency) {
  return {{"median_us", latency.median_us},
          {"p95_us", latency.p95_us},
          {"max_us", latency.max_us},
          {"runs", latency.runs}};
}

std::string text_of(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);  // a model's names may be any bytes
}

// The readers below throw on a missing or mistyped member; parse() turns that into bad_response. A number is
// read as what it is: get<>() would make any integer of any number, and of 1e300 not even a defined one.

std::uint64_t count_of(const Read& json) { return json.get_ref<const Read::number_unsigned_t&>(); }

std::int64_t whole_of(const Read& json) {
  if (json.is_number_unsigned() && count_of(json) > std::numeric_limits<std::int64_t>::max())
    throw Read::out_of_range::create(406, "number overflow", &json);
  return json.get_ref<const Read::number_integer_t&>();
}

std::vector<std::int64_t> wholes_of(const Read& json) {
  std::vector<std::int64_t> numbers;
  for (const Read& entry : json.get_ref<const Read::array_t&>()) numbers.push_back(whole_of(entry));
  return numbers;
}

Quantisation quantisation_of(const Read& json) {
  const std::uint64_t axis = count_of(json.at("axis"));
  if (axis > std::numeric_limits<int>::max()) throw Read::out_of_range::create(406, "axis", &json);
  return {.scales = json.at("scales"),
          .zero_points = wholes_of(json.at("zero_points")),
          .axis = static_cast<int>(axis)};
}

TensorReport tensor_of(const Read& json) {
  TensorReport tensor{.name = json.at("name"),
                      .dtype = json.at("dtype"),
                      .shape = wholes_of(json.at("shape")),
                      .quantisation = std::nullopt};
  if (const Read& q = json.at("quantisation"); !q.is_null()) tensor.quantisation = quantisation_of(q);
  return tensor;
}

std::vector<TensorReport> tensors_of(const Read& json) {
  std::vector<TensorReport> tensors;
  for (const Read& entry : json.get_ref<const Read::array_t&>()) tensors.push_back(tensor_of(entry));
  return tensors;
}

std::map<std::string, std::uint64_t> counts_of(const Read& json) {
  std::map<std::string, std::uint64_t> counts;
  for (const auto& [name, count] : json.get_ref<const Read::object_t&>()) counts[name] = count_of(count);
  return counts;
}

EngineReport engine_of(const Read& json) {
  return {.engine = json.at("name"),
          .version = json.at("version"),
          .delegate = json.at("delegate"),
          .nodes = count_of(json.at("nodes")),
          .nodes_delegated = count_of(json.at("nodes_delegated"))};
}

LatencyReport latency_of(const Read& json) {
  return {.median_us = json.at("median_us"),
          .p95_us = json.at("p95_us"),
          .max_us = json.at("max_us"),
          .runs = count_of(json.at("runs"))};
}

DeviationReport deviation_of(const Read& json) {
  return {.output = json.at("output"),
          .max_absolute = json.at("max_absolute"),
          .top1_changes = count_of(json.at("top1_changes"))};
}

/// A hostile model may have written it: the numbers hold together, or there are none.
HoldoutReport holdout_of(const Read& json) {
  HoldoutReport report{.samples = count_of(json.at("samples")),
                       .right = count_of(json.at("right")),
                       .by_class = {},
                       .engine = engine_of(json.at("engine")),
                       .latency = latency_of(json.at("latency"))};
  const auto& rows = json.at("by_class").get_ref<const Read::array_t&>();
  if (report.samples == 0 || report.right > report.samples || rows.size() > HoldoutReport::kClassesMax)
    throw Read::out_of_range::create(406, "samples, right or by_class", &json);
  std::uint64_t left = report.samples;
  for (const Read& row : rows) {
    std::vector<std::uint64_t>& counts = report.by_class.emplace_back();
    for (const Read& count : row.get_ref<const Read::array_t&>()) {
      counts.push_back(count_of(count));
      if (counts.back() > left) throw Read::out_of_range::create(406, "by_class: more than samples", &json);
      left -= counts.back();
    }
    if (counts.size() != rows.size()) throw Read::out_of_range::create(406, "by_class: not square", &json);
  }
  return report;
}

template <class Report>
Result<Report> parse(std::string_view text, Report (*read)(const Read&)) {
  try {
    const auto json = parse_json(text, {.bytes_max = kAnswerBytesMax});
    if (!json)
      return fail(Code::bad_response, fmt::format("the worker's answer is no JSON: {}", json.error().text()));
    if (json->at("ok").get<bool>()) return read(*json);
    return fail(code_named(json->at("code").get<std::string>()), json->at("message"));
  } catch (const nlohmann::json::exception& error) {
    return fail(Code::bad_response, fmt::format("the worker's answer cannot be read: {}", error.what()));
  }
}

}  // namespace

std::string to_json(const InspectReport& report) {
  return text_of({{"ok", true},
                  {"size_bytes", report.size_bytes},
                  {"description", report.description},
                  {"inputs", json_of(report.inputs)},
                  {"outputs", json_of(report.outputs)},
                  {"operators", report.operators},
                  {"engine", json_of(report.engine)},
                  {"latency", json_of(report.latency)},
                  {"peak_memory_bytes", report.peak_memory_bytes}});
}

std::string to_json(const SmokeReport& report) {
  Json deviations = Json::array();
  for (const DeviationReport& entry : report.deviations)
    deviations.push_back({{"output", entry.output},
                          {"max_absolute", entry.max_absolute},
                          {"top1_changes", entry.top1_changes}});
  return text_of({{"ok", true},
                  {"samples", report.samples},
                  {"engine", json_of(report.engine)},
                  {"latency", json_of(report.latency)},
                  {"peak_memory_bytes", report.peak_memory_bytes},
                  {"deviations", deviations}});
}

std::string to_json(const RunReport& report) {
  return text_of({{"ok", true},
                  {"samples", report.samples},
                  {"engine", json_of(report.engine)},
                  {"latency", json_of(report.latency)}});
}

std::string to_json(const HoldoutReport& report) {
  return text_of({{"ok", true},
                  {"samples", report.samples},
                  {"right", report.right},
                  {"accuracy", report.accuracy()},
                  {"by_class", report.by_class},
                  {"engine", json_of(report.engine)},
                  {"latency", json_of(report.latency)}});
}

std::string to_json(const AboutReport& report) {
  return text_of({{"ok", true},
                  {"engine", report.engine},
                  {"version", report.version},
                  {"delegates", report.delegates},
                  {"library", report.library}});
}

std::string to_json(const Error& error) {
  return text_of({{"ok", false}, {"code", std::string(name(error.code))}, {"message", error.text()}});
}

Result<AboutReport> parse_about_report(std::string_view json) {
  return parse<AboutReport>(json, [](const Read& from) {
    return AboutReport{.engine = from.at("engine"),
                       .version = from.at("version"),
                       .delegates = from.at("delegates").get<std::vector<std::string>>(),
                       .library = from.at("library")};
  });
}

Result<InspectReport> parse_inspect_report(std::string_view json) {
  return parse<InspectReport>(json, [](const Read& from) {
    return InspectReport{.size_bytes = count_of(from.at("size_bytes")),
                         .description = from.at("description"),
                         .inputs = tensors_of(from.at("inputs")),
                         .outputs = tensors_of(from.at("outputs")),
                         .operators = counts_of(from.at("operators")),
                         .engine = engine_of(from.at("engine")),
                         .latency = latency_of(from.at("latency")),
                         .peak_memory_bytes = count_of(from.at("peak_memory_bytes"))};
  });
}

Result<SmokeReport> parse_smoke_report(std::string_view json) {
  return parse<SmokeReport>(json, [](const Read& from) {
    SmokeReport report{.samples = count_of(from.at("samples")),
                       .engine = engine_of(from.at("engine")),
                       .latency = latency_of(from.at("latency")),
                       .peak_memory_bytes = count_of(from.at("peak_memory_bytes")),
                       .deviations = {}};
    for (const Read& entry : from.at("deviations").get_ref<const Read::array_t&>())
      report.deviations.push_back(deviation_of(entry));
    return report;
  });
}

Result<RunReport> parse_run_report(std::string_view json) {
  return parse<RunReport>(json, [](const Read& from) {
    return RunReport{.samples = count_of(from.at("samples")),
                     .engine = engine_of(from.at("engine")),
                     .latency = latency_of(from.at("latency"))};
  });
}

Result<HoldoutReport> parse_holdout_report(std::string_view json) {
  return parse<HoldoutReport>(json, holdout_of);
}

}  // namespace drover::bundle
