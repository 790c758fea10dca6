#include "bundle/worker_protocol.h"

#include <nlohmann/json.hpp>

namespace drover::bundle {
namespace {

using Json = nlohmann::ordered_json;

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

// The readers below throw on a missing or mistyped member; parse() turns that into bad_response.

TensorReport tensor_of(const Json& json) {
  TensorReport tensor{.name = json.at("name"),
                      .dtype = json.at("dtype"),
                      .shape = json.at("shape"),
                      .quantisation = std::nullopt};
  if (const Json& q = json.at("quantisation"); !q.is_null())
    tensor.quantisation = {
        .scales = q.at("scales"), .zero_points = q.at("zero_points"), .axis = q.at("axis")};
  return tensor;
}

std::vector<TensorReport> tensors_of(const Json& json) {
  std::vector<TensorReport> tensors;
  for (const Json& entry : json) tensors.push_back(tensor_of(entry));
  return tensors;
}

EngineReport engine_of(const Json& json) {
  return {.engine = json.at("name"),
          .version = json.at("version"),
          .delegate = json.at("delegate"),
          .nodes = json.at("nodes"),
          .nodes_delegated = json.at("nodes_delegated")};
}

LatencyReport latency_of(const Json& json) {
  return {.median_us = json.at("median_us"),
          .p95_us = json.at("p95_us"),
          .max_us = json.at("max_us"),
          .runs = json.at("runs")};
}

template <class Report>
Result<Report> parse(std::string_view text, Report (*read)(const Json&)) {
  try {
    const Json json = Json::parse(text);
    if (json.at("ok").get<bool>()) return read(json);
    return fail(code_named(json.at("code").get<std::string>()), json.at("message"));
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
  return parse<AboutReport>(json, [](const Json& from) {
    return AboutReport{.engine = from.at("engine"),
                       .version = from.at("version"),
                       .delegates = from.at("delegates").get<std::vector<std::string>>(),
                       .library = from.at("library")};
  });
}

Result<InspectReport> parse_inspect_report(std::string_view json) {
  return parse<InspectReport>(json, [](const Json& from) {
    return InspectReport{.size_bytes = from.at("size_bytes"),
                         .description = from.at("description"),
                         .inputs = tensors_of(from.at("inputs")),
                         .outputs = tensors_of(from.at("outputs")),
                         .operators = from.at("operators").get<std::map<std::string, std::uint64_t>>(),
                         .engine = engine_of(from.at("engine")),
                         .latency = latency_of(from.at("latency")),
                         .peak_memory_bytes = from.at("peak_memory_bytes")};
  });
}

Result<SmokeReport> parse_smoke_report(std::string_view json) {
  return parse<SmokeReport>(json, [](const Json& from) {
    SmokeReport report{.samples = from.at("samples"),
                       .engine = engine_of(from.at("engine")),
                       .latency = latency_of(from.at("latency")),
                       .peak_memory_bytes = from.at("peak_memory_bytes"),
                       .deviations = {}};
    for (const Json& entry : from.at("deviations"))
      report.deviations.push_back({.output = entry.at("output"),
                                   .max_absolute = entry.at("max_absolute"),
                                   .top1_changes = entry.at("top1_changes")});
    return report;
  });
}

Result<RunReport> parse_run_report(std::string_view json) {
  return parse<RunReport>(json, [](const Json& from) {
    return RunReport{.samples = from.at("samples"),
                     .engine = engine_of(from.at("engine")),
                     .latency = latency_of(from.at("latency"))};
  });
}

}  // namespace drover::bundle
