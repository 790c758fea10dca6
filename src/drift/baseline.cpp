#include "drift/baseline.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include <nlohmann/json.hpp>

#include "base/canonical_json.h"
#include "base/json_fields.h"

namespace drover::drift {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

constexpr float kInfinity = std::numeric_limits<float>::infinity();

/// JSON has no infinity: edges before the first or after the last finite value are "-inf" and "inf".
Result<float> read_value(const json& value, const JsonFields& fields, std::string_view key) {
  if (value == "inf") return kInfinity;
  if (value == "-inf") return -kInfinity;
  if (!value.is_number()) return fields.bad(key, "numbers expected");
  const double number = value.get<double>();
  if (std::abs(number) > std::numeric_limits<float>::max()) return fields.bad(key, "a number beyond float32");
  return static_cast<float>(number);
}

ordered_json value_json(float value) {
  if (std::isinf(value)) return value > 0 ? "inf" : "-inf";
  return json::parse(fmt::format("{}", value));  // the shortest decimal that is this float32
}

Result<const json*> exactly(JsonFields& fields, std::string_view key, std::size_t count) {
  const json* array = DROVER_TRY(fields.array(key, count));
  if (array->size() != count) return fields.bad(key, fmt::format("{} values expected", count));
  return array;
}

Result<std::uint32_t> whole(const json& value, const JsonFields& fields, std::string_view key) {
  if (!value.is_number_unsigned() || value.get<std::uint64_t>() > UINT32_MAX)
    return fields.bad(key, "whole numbers of 0 to 2^32 − 1 expected");
  return static_cast<std::uint32_t>(value.get<std::uint64_t>());
}

Status read_edges(JsonFields& fields, Distribution& into) {
  const json* values = DROVER_TRY(exactly(fields, "edges", kBins - 1));
  const json* ties = DROVER_TRY(exactly(fields, "ties", kBins - 1));
  for (std::size_t j = 0; j < kBins - 1; ++j) {
    into.set_edge(j, {DROVER_TRY(read_value((*values)[j], fields, "edges")),
                      DROVER_TRY(whole((*ties)[j], fields, "ties"))});
    if (j > 0 && into.edge(j) < into.edge(j - 1)) return fields.bad("edges", "must not decrease");
  }
  return {};
}

Status read_slots(JsonFields& fields, Distribution& into) {
  const json* slots = DROVER_TRY(exactly(fields, "slots", kBins));
  std::uint64_t sum = 0;
  for (std::size_t j = 0; j < kBins; ++j)
    sum += into.slots[j] = DROVER_TRY(whole((*slots)[j], fields, "slots"));
  if (sum != into.count + 1) return fields.bad("slots", fmt::format("sum to {}, count + 1 expected", sum));
  return {};
}

Result<float> read_finite(JsonFields& fields, std::string_view key) {
  const json* value = DROVER_TRY(fields.value(key));
  const float number = DROVER_TRY(read_value(*value, fields, key));
  if (std::isinf(number)) return fields.bad(key, "a finite number expected");
  return number;
}

Result<double> read_double(JsonFields& fields, std::string_view key) {
  const double number = DROVER_TRY(fields.number(key));
  if (!std::isfinite(number)) return fields.bad(key, "a finite number expected");
  return number;
}

Result<double> read_share(JsonFields& fields, std::string_view key) {
  const double share = DROVER_TRY(fields.number(key));
  if (!(share > 0 && share < 1)) return fields.bad(key, "a number between 0 and 1 expected");
  return share;
}

Result<Distribution> read_distribution(const json& value, const std::string& place) {
  JsonFields fields = DROVER_TRY(JsonFields::of(value, place, Code::bad_json));
  Distribution read;
  read.count = DROVER_TRY(fields.unsigned_number("count", kBaselineValuesMax));
  if (read.count < kBaselineValuesMin)
    return fields.bad("count", fmt::format("at least {} values expected", kBaselineValuesMin));
  read.missing = DROVER_TRY(fields.unsigned_number("missing"));
  read.nan = DROVER_TRY(fields.unsigned_number("nan", read.count));
  read.min = DROVER_TRY(read_finite(fields, "min"));
  read.max = DROVER_TRY(read_finite(fields, "max"));
  if (read.min > read.max) return fields.bad("min", "more than max");
  read.spread.mean = DROVER_TRY(read_double(fields, "mean"));
  read.spread.deviation = DROVER_TRY(read_double(fields, "deviation"));
  if (read.spread.deviation < 0) return fields.bad("deviation", "below 0");
  if (fields.has("rank_error")) read.rank_error = DROVER_TRY(read_share(fields, "rank_error"));
  DROVER_TRY(read_edges(fields, read));
  DROVER_TRY(read_slots(fields, read));
  DROVER_TRY(fields.done());
  return read;
}

ordered_json distribution_json(const Distribution& distribution) {
  ordered_json values = ordered_json::array();
  for (const float edge : distribution.edges) values.push_back(value_json(edge));
  ordered_json made = {{"count", distribution.count},
                       {"missing", distribution.missing},
                       {"nan", distribution.nan},
                       {"min", value_json(distribution.min)},
                       {"max", value_json(distribution.max)},
                       {"mean", distribution.spread.mean},
                       {"deviation", distribution.spread.deviation},
                       {"edges", values},
                       {"ties", distribution.ties},
                       {"slots", distribution.slots}};
  if (distribution.rank_error > 0) made["rank_error"] = distribution.rank_error;
  return made;
}

Status check_name(std::string_view place, const std::string& name) {
  if (!name.empty() && name.size() <= 128) return {};
  return fail(Code::bad_json, fmt::format("{}: names of 1 to 128 bytes expected", place));
}

Status read_features(JsonFields& fields, Baseline& into) {
  const json* features = DROVER_TRY(fields.object("features", 4096));
  if (features->size() > kFeaturesMax)
    return fail(Code::too_many,
                fmt::format("features: {}, at most {} allowed", features->size(), kFeaturesMax));
  for (const auto& [name, value] : features->items()) {
    DROVER_TRY(check_name("features", name));
    into.features[name] = DROVER_TRY(read_distribution(value, "features." + name));
  }
  return {};
}

Status read_order(JsonFields& fields, Baseline& into) {
  const json* order = DROVER_TRY(exactly(fields, "order", into.features.size()));
  for (const json& name : *order) {
    if (!name.is_string() || !into.features.contains(name.get<std::string>()))
      return fields.bad("order", "the names of the features expected");
    if (std::ranges::find(into.order, name.get<std::string>()) != into.order.end())
      return fields.bad("order", fmt::format("\"{}\" stands there twice", name.get<std::string>()));
    into.order.push_back(name.get<std::string>());
  }
  return {};
}

using BinCounts = std::array<std::uint32_t, kBins>;

Result<std::vector<BinCounts>> read_bins(const json& value, const std::string& place, std::size_t features) {
  const auto bad = [&](std::string_view what) {
    return fail(Code::bad_json, fmt::format("{}: {} expected", place, what));
  };
  if (!value.is_array() || value.size() != features) return bad("a list for each feature");
  std::vector<BinCounts> read;
  for (const json& each : value) {
    if (!each.is_array() || each.size() != kBins) return bad("64 whole numbers a feature");
    BinCounts& bins = read.emplace_back();
    for (std::size_t j = 0; j < kBins; ++j) {
      if (!each[j].is_number_unsigned() || each[j].get<std::uint64_t>() > kBaselineValuesMax)
        return bad("64 whole numbers a feature, of 0 to 2^24 each,");
      bins[j] = static_cast<std::uint32_t>(each[j].get<std::uint64_t>());
    }
  }
  return read;
}

Status read_by_class(JsonFields& fields, Baseline& into) {
  if (!fields.has("by_class")) return {};
  const json* classes = DROVER_TRY(fields.object("by_class", kClassesApart));
  for (const auto& [name, value] : classes->items()) {
    if (!into.classes.contains(name))
      return fields.bad("by_class", fmt::format("\"{}\" is none of classes", name));
    into.by_class[name] = DROVER_TRY(read_bins(value, "by_class." + name, into.order.size()));
  }
  return {};
}

Status read_classes(JsonFields& fields, Baseline& into) {
  const json* classes = DROVER_TRY(fields.object("classes", kClassesMax));
  JsonFields counts = DROVER_TRY(JsonFields::of(*classes, "classes", Code::bad_json));
  for (const auto& [name, unused] : classes->items()) {
    DROVER_TRY(check_name("classes", name));
    into.classes[name] = DROVER_TRY(counts.unsigned_number(name));
  }
  return {};
}

}  // namespace

Result<Baseline> parse_baseline(std::string_view text) {
  const json document = DROVER_TRY(parse_json(text, {.bytes_max = 1 << 20}));
  JsonFields fields = DROVER_TRY(JsonFields::of(document, "", Code::bad_json));
  if (const auto schema = DROVER_TRY(fields.unsigned_number("schema")); schema != Baseline::kSchema)
    return fail(Code::unsupported, fmt::format("schema: {}; this build reads {}", schema, Baseline::kSchema));
  Baseline baseline;
  baseline.seed = DROVER_TRY(fields.unsigned_number("seed"));
  DROVER_TRY(read_features(fields, baseline));
  DROVER_TRY(read_order(fields, baseline));
  if (fields.has("confidence")) {
    const json* confidence = DROVER_TRY(fields.value("confidence"));
    baseline.confidence = DROVER_TRY(read_distribution(*confidence, "confidence"));
  }
  DROVER_TRY(read_classes(fields, baseline));
  DROVER_TRY(read_by_class(fields, baseline));
  DROVER_TRY(fields.done());
  return baseline;
}

std::string to_json(const Baseline& baseline) {
  ordered_json document = {{"schema", Baseline::kSchema}, {"seed", baseline.seed}};
  document["features"] = ordered_json::object();
  for (const auto& [name, feature] : baseline.features)
    document["features"][name] = distribution_json(feature);
  document["order"] = baseline.order;
  if (baseline.confidence) document["confidence"] = distribution_json(*baseline.confidence);
  document["classes"] = ordered_json::object();
  for (const auto& [name, count] : baseline.classes) document["classes"][name] = count;
  for (const auto& [name, features] : baseline.by_class) document["by_class"][name] = features;
  return document.dump(1, ' ', false, json::error_handler_t::replace) + "\n";
}

}  // namespace drover::drift
