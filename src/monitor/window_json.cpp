#include "monitor/window_json.h"

#include <fmt/format.h>

#include <limits>

#include <nlohmann/json.hpp>

#include "base/canonical_json.h"
#include "base/json_fields.h"
#include "drift/reference.h"

namespace drover::monitor {
namespace {

using nlohmann::json;

constexpr std::uint64_t kSchema = 1;
constexpr std::uint64_t kCountMax = std::uint64_t{1} << 53;
constexpr std::size_t kPartsMax = Scheme::kTrackedMax + 2;

/// Numbers of a row that are not 0, as [place, number, place, number, …].
template <class Row>
json sparse(const Row& row) {
  json out = json::array();
  for (std::size_t i = 0; i < row.size(); ++i)
    if (row[i] != 0) out.insert(out.end(), {i, row[i]});
  return out;
}

template <class Row>
Status read_sparse(JsonFields& fields, std::string_view key, Row& into) {
  const json* pairs = DROVER_TRY(fields.array(key, 2 * into.size()));
  if (pairs->size() % 2 != 0) return fields.bad(key, "pairs of a place and a number expected");
  std::uint64_t next = 0;
  for (std::size_t i = 0; i < pairs->size(); i += 2) {
    const json &place = (*pairs)[i], &number = (*pairs)[i + 1];
    if (!place.is_number_unsigned() || !number.is_number_unsigned())
      return fields.bad(key, "whole numbers expected");
    const auto at = place.get<std::uint64_t>(), count = number.get<std::uint64_t>();
    if (at < next || at >= into.size()) return fields.bad(key, "places ascend, within the row");
    if (count == 0 || count > kCountMax) return fields.bad(key, "numbers of 1 to 2^53 expected");
    into[at] = count;
    next = at + 1;
  }
  return {};
}

json column_json(const drift::Counters& counters) {
  json out = {{"bins", sparse(counters.bins)}};
  const std::pair<const char*, std::uint64_t> rare[] = {{"missing", counters.missing},
                                                        {"nan", counters.nan},
                                                        {"positive_infinite", counters.positive_infinite},
                                                        {"negative_infinite", counters.negative_infinite}};
  for (const auto& [name, count] : rare)
    if (count > 0) out[name] = count;
  if (counters.min <= counters.max) out["range"] = {counters.min, counters.max};
  return out;
}

json columns_json(const Columns& columns) {
  json out = json::array();
  for (const drift::Counters& each : columns.features) out.push_back(column_json(each));
  if (columns.confidence) out.push_back(column_json(*columns.confidence));
  return out;
}

Result<float> float_at(const json& value, const JsonFields& fields) {
  if (!value.is_number() || std::abs(value.get<double>()) > std::numeric_limits<float>::max())
    return fields.bad("range", "two float32 numbers expected");
  return static_cast<float>(value.get<double>());
}

Result<drift::Counters> read_column(const json& value, const std::string& place, std::uint64_t reference) {
  JsonFields fields = DROVER_TRY(JsonFields::of(value, place, Code::bad_json));
  drift::Counters read{.reference = reference};
  DROVER_TRY(read_sparse(fields, "bins", read.bins));
  const std::pair<const char*, std::uint64_t*> rare[] = {{"missing", &read.missing},
                                                         {"nan", &read.nan},
                                                         {"positive_infinite", &read.positive_infinite},
                                                         {"negative_infinite", &read.negative_infinite}};
  for (const auto& [name, count] : rare)
    if (fields.has(name)) *count = DROVER_TRY(fields.unsigned_number(name, kCountMax));
  if (fields.has("range")) {
    const json* range = DROVER_TRY(fields.array("range", 2));
    if (range->size() != 2) return fields.bad("range", "two float32 numbers expected");
    read.min = DROVER_TRY(float_at((*range)[0], fields));
    read.max = DROVER_TRY(float_at((*range)[1], fields));
  }
  DROVER_TRY(fields.done());
  if (const Status holds = read.check(); !holds)
    return fail(Code::bad_json, fmt::format("{}: {}", place, holds.error().message));
  return read;
}

/// What every column of a window has: its name and its reference's fingerprint.
struct Heads {
  std::vector<std::string> names;
  std::vector<std::uint64_t> references;
  bool has_confidence = false;
};

Result<std::uint64_t> read_hex(const JsonFields& fields, std::string_view key, const json& value) {
  const auto bytes = value.is_string() ? from_hex(value.get_ref<const std::string&>())
                                       : Result<Bytes>(fields.bad(key, "a text expected"));
  if (!bytes || bytes->size() != 8) return fields.bad(key, "16 hexadecimal digits expected");
  std::uint64_t number = 0;
  for (const std::uint8_t byte : *bytes) number = number << 8 | byte;
  return number;
}

Result<Heads> read_heads(JsonFields& fields) {
  const json* columns = DROVER_TRY(fields.array("columns", drift::kFeaturesMax + 1));
  Heads heads;
  for (const json& each : *columns) {
    if (!each.is_array() || each.size() != 2 || !each[0].is_string() || heads.has_confidence)
      return fields.bad("columns", "pairs of a name and a fingerprint expected, confidence last");
    const auto& name = each[0].get_ref<const std::string&>();
    if (name.empty() || name.size() > 128) return fields.bad("columns", "names of 1 to 128 bytes expected");
    heads.has_confidence = name == drift::kConfidenceColumn;
    if (!heads.has_confidence) heads.names.push_back(name);
    heads.references.push_back(DROVER_TRY(read_hex(fields, "columns", each[1])));
  }
  if (heads.names.size() > drift::kFeaturesMax) return fields.bad("columns", "more than 32 features");
  return heads;
}

Result<Columns> read_columns(const json& value, const std::string& place, const Heads& heads) {
  if (!value.is_array() || value.size() != heads.references.size())
    return fail(Code::bad_json, fmt::format("{}: {} columns expected", place, heads.references.size()));
  Columns read;
  for (std::size_t i = 0; i < value.size(); ++i) {
    auto column = DROVER_TRY(read_column(value[i], fmt::format("{}[{}]", place, i), heads.references[i]));
    if (i < heads.names.size())
      read.features.push_back(column);
    else
      read.confidence = column;
  }
  return read;
}

Columns zero(const Heads& heads) {
  Columns made;
  for (std::size_t i = 0; i < heads.names.size(); ++i)
    made.features.push_back(drift::Counters{.reference = heads.references[i]});
  if (heads.has_confidence) made.confidence = drift::Counters{.reference = heads.references.back()};
  return made;
}

/// Either every part, whose sum is the whole, or the whole alone.
Status read_counts(JsonFields& fields, const Heads& heads, Window& into) {
  if (fields.has("all")) {
    const json* all = DROVER_TRY(fields.value("all"));
    into.all = DROVER_TRY(read_columns(*all, "all", heads));
    return {};
  }
  const json* parts = DROVER_TRY(fields.array("parts", kPartsMax));
  into.all = zero(heads);
  for (std::size_t i = 0; i < parts->size(); ++i) {
    const json& part = (*parts)[i];
    into.parts.push_back(part.is_null() ? zero(heads)
                                        : DROVER_TRY(read_columns(part, fmt::format("parts[{}]", i), heads)));
    DROVER_TRY(into.all.merge(into.parts.back()));
  }
  return {};
}

Status read_latency(JsonFields& fields, Window& into) {
  const json* value = DROVER_TRY(fields.value("latency_ns"));
  JsonFields latency = DROVER_TRY(JsonFields::of(*value, "latency_ns", Code::bad_json));
  into.latency_sum_ns = DROVER_TRY(latency.unsigned_number("sum"));
  const std::string text = DROVER_TRY(latency.text("sketch", 2 * drift::DdSketch::kBytesMax));
  const Bytes sketch = DROVER_TRY(from_hex(text).in("latency_ns.sketch"));
  const auto read = drift::DdSketch::from_bytes(sketch);
  if (!read) return latency.bad("sketch", read.error().message);
  into.latency_ns = *read;
  return latency.done();
}

Status read_span(JsonFields& fields, Window& into) {
  constexpr std::uint64_t kTimeMax = std::uint64_t{1} << 53;
  const json* scheme = DROVER_TRY(fields.value("scheme"));
  into.scheme = DROVER_TRY(read_hex(fields, "scheme", *scheme));
  into.begin_ms = static_cast<std::int64_t>(DROVER_TRY(fields.unsigned_number("begin_ms", kTimeMax)));
  into.end_ms = static_cast<std::int64_t>(DROVER_TRY(fields.unsigned_number("end_ms", kTimeMax)));
  return into.end_ms >= into.begin_ms ? Status{} : fields.bad("end_ms", "before begin_ms");
}

constexpr std::pair<const char*, std::uint64_t Window::*> kCounts[] = {
    {"windows", &Window::windows}, {"labelled", &Window::labelled}, {"right", &Window::right},
    {"dropped", &Window::dropped}, {"bad", &Window::bad},           {"deaths", &Window::deaths}};

Status read_numbers(JsonFields& fields, Window& into) {
  for (const auto& [name, member] : kCounts)
    into.*member = DROVER_TRY(fields.unsigned_number(name, kCountMax));
  if (into.right > into.labelled) return fields.bad("right", "more than labelled");
  DROVER_TRY(read_sparse(fields, "outcomes", into.outcomes));
  const auto classes = DROVER_TRY(fields.unsigned_number("classes_of", drift::kClassesMax + 1));
  into.classes.resize(classes);
  DROVER_TRY(read_sparse(fields, "classes", into.classes));
  into.confident = DROVER_TRY(fields.unsigned_number("confident", kCountMax));
  into.confidence_sum = DROVER_TRY(fields.unsigned_number("confidence_sum"));
  if (into.confident > into.inferences() || into.confidence_sum >> 32 > into.confident)
    return fields.bad("confident", "does not go with the other counts");
  return {};
}

}  // namespace

json to_json(const Window& window, const Scheme& by) {
  json out = {{"schema", kSchema},
              {"scheme", fmt::format("{:016x}", window.scheme)},
              {"begin_ms", static_cast<std::uint64_t>(window.begin_ms)},
              {"end_ms", static_cast<std::uint64_t>(window.end_ms)},
              {"outcomes", sparse(window.outcomes)},
              {"classes_of", window.classes.size()},
              {"classes", sparse(window.classes)},
              {"confident", window.confident},
              {"confidence_sum", window.confidence_sum}};
  for (const auto& [name, member] : kCounts) out[name] = window.*member;
  out["latency_ns"] = {{"sum", window.latency_sum_ns}, {"sketch", hex(window.latency_ns.to_bytes())}};
  json& columns = out["columns"] = json::array();
  for (const Column& column : by.features())
    columns.push_back({column.name, fmt::format("{:016x}", column.fingerprint)});
  if (const auto& column = by.confidence())
    columns.push_back({column->name, fmt::format("{:016x}", column->fingerprint)});
  if (window.parts.empty()) {
    out["all"] = columns_json(window.all);
    return out;
  }
  const Columns nothing = Columns::of(by);
  json& parts = out["parts"] = json::array();
  for (const Columns& part : window.parts) parts.push_back(part == nothing ? json() : columns_json(part));
  return out;
}

Result<NamedWindow> window_from_json(const json& document) {
  JsonFields fields = DROVER_TRY(JsonFields::of(document, "", Code::bad_json));
  if (const auto schema = DROVER_TRY(fields.unsigned_number("schema")); schema != kSchema)
    return fail(Code::unsupported, fmt::format("schema: {}; this build reads {}", schema, kSchema));
  NamedWindow read;
  DROVER_TRY(read_span(fields, read.window));
  DROVER_TRY(read_numbers(fields, read.window));
  DROVER_TRY(read_latency(fields, read.window));
  Heads heads = DROVER_TRY(read_heads(fields));
  DROVER_TRY(read_counts(fields, heads, read.window));
  DROVER_TRY(fields.done());
  read.features = std::move(heads.names);
  return read;
}

}  // namespace drover::monitor
