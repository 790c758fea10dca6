#include <fmt/format.h>

#include <algorithm>

#include <nlohmann/json.hpp>

#include "base/canonical_json.h"
#include "base/json_fields.h"
#include "bundle/golden.h"

namespace drover::bundle {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

constexpr int kSchema = 1;

Result<double> bound(JsonFields& fields, std::string_view key, double fallback) {
  if (!fields.has(key)) return fallback;
  const double value = DROVER_TRY(fields.number(key));
  if (!(value >= 0)) return fields.bad(key, "0 or more expected");
  return value;
}

/// What an entry leaves out is 0 and false: a tolerance is only what somebody wrote down.
Result<OutputTolerance> read_output(const json& value, const std::string& place) {
  JsonFields fields = DROVER_TRY(JsonFields::of(value, place, Code::bad_manifest));
  OutputTolerance tolerance;
  tolerance.absolute = DROVER_TRY(bound(fields, "absolute", 0));
  tolerance.relative = DROVER_TRY(bound(fields, "relative", 0));
  tolerance.same_top1 = fields.has("same_top1") && DROVER_TRY(fields.boolean("same_top1"));
  DROVER_TRY(fields.done());
  return tolerance;
}

Result<ToleranceSet> read_set(JsonFields& fields) {
  ToleranceSet set;
  const json* fallback = DROVER_TRY(fields.value("default"));
  set.fallback = DROVER_TRY(read_output(*fallback, fields.at("default")));
  if (!fields.has("outputs")) return set;
  const json* outputs = DROVER_TRY(fields.object("outputs", 64));
  for (const auto& [output, value] : outputs->items())
    set.outputs[output] = DROVER_TRY(read_output(value, fmt::format("{}.{}", fields.at("outputs"), output)));
  return set;
}

Result<EngineTolerance> read_engine(const json& value, const std::string& place) {
  JsonFields fields = DROVER_TRY(JsonFields::of(value, place, Code::bad_manifest));
  EngineTolerance tolerance;
  if (fields.has("engine")) tolerance.engine = DROVER_TRY(fields.text("engine", 64));
  if (fields.has("delegate")) tolerance.delegate = DROVER_TRY(fields.text("delegate", 64));
  tolerance.set = DROVER_TRY(read_set(fields));
  DROVER_TRY(fields.done());
  return tolerance;
}

ordered_json output_json(const OutputTolerance& tolerance) {
  return {
      {"absolute", tolerance.absolute}, {"relative", tolerance.relative}, {"same_top1", tolerance.same_top1}};
}

void put_set(ordered_json& into, const ToleranceSet& set) {
  into["default"] = output_json(set.fallback);
  into["outputs"] = ordered_json::object();
  for (const auto& [output, tolerance] : set.outputs) into["outputs"][output] = output_json(tolerance);
}

OutputTolerance default_for(const TensorSpec& spec) {
  if (!tables::is_float(spec.dtype)) return {.absolute = 2, .relative = 0};  // steps of a quantised output
  if (spec.dtype == tables::DType::float16) return {.absolute = 4e-3, .relative = 4e-3};
  return {};
}

}  // namespace

const OutputTolerance& Tolerance::of(std::string_view output, std::string_view engine,
                                     std::string_view delegate) const {
  const auto matches = [&](const EngineTolerance& entry) {
    return (entry.engine.empty() || entry.engine == engine) &&
           (entry.delegate.empty() || entry.delegate == delegate);
  };
  const auto entry = std::ranges::find_if(engines, matches);
  const ToleranceSet& set = entry == engines.end() ? common : entry->set;
  const auto own = set.outputs.find(std::string(output));
  return own == set.outputs.end() ? set.fallback : own->second;
}

Result<Tolerance> parse_tolerance(std::string_view text) {
  const json document = DROVER_TRY(parse_json(text, {.bytes_max = 256 << 10}));
  JsonFields fields = DROVER_TRY(JsonFields::of(document, "", Code::bad_manifest));
  if (const auto schema = DROVER_TRY(fields.unsigned_number("schema")); schema != kSchema)
    return fail(Code::unsupported, fmt::format("schema: {}; this build reads {}", schema, kSchema));
  Tolerance tolerance;
  tolerance.common = DROVER_TRY(read_set(fields));
  if (fields.has("engines")) {
    const json* engines = DROVER_TRY(fields.array("engines", 32));
    for (std::size_t i = 0; i < engines->size(); ++i)
      tolerance.engines.push_back(DROVER_TRY(read_engine((*engines)[i], fmt::format("engines[{}]", i))));
  }
  DROVER_TRY(fields.done());
  return tolerance;
}

std::string to_json(const Tolerance& tolerance) {
  ordered_json document = {{"schema", kSchema}};
  put_set(document, tolerance.common);
  document["engines"] = ordered_json::array();
  for (const EngineTolerance& entry : tolerance.engines) {
    ordered_json engine = ordered_json::object();
    if (!entry.engine.empty()) engine["engine"] = entry.engine;
    if (!entry.delegate.empty()) engine["delegate"] = entry.delegate;
    put_set(engine, entry.set);
    document["engines"].push_back(engine);
  }
  return document.dump(2, ' ', false, json::error_handler_t::replace) + "\n";
}

Tolerance default_tolerance(const std::vector<TensorSpec>& outputs, bool has_labels) {
  Tolerance tolerance;
  for (const TensorSpec& spec : outputs) tolerance.common.outputs[spec.name] = default_for(spec);
  if (has_labels && !outputs.empty()) tolerance.common.outputs[outputs.front().name].same_top1 = true;
  return tolerance;
}

}  // namespace drover::bundle
