#include "lifecycle/state_file.h"

#include <fmt/format.h>

#include <array>

#include <nlohmann/json.hpp>

#include "base/canonical_json.h"
#include "lifecycle/record_json.h"

namespace drover::lifecycle {
namespace {

using nlohmann::json;

/// kMigrations[n] turns a document of schema n + 1 into one of schema n + 2.
using Migration = Status (*)(json& document);
constexpr std::array<Migration, kStateSchema - 1> kMigrations = {};

std::unexpected<Error> bad(std::string_view what) { return fail(Code::bad_state, std::string(what)); }

Status migrate(json& document) {
  const auto schema = document.find("schema");
  if (schema == document.end() || !schema->is_number_unsigned() || *schema == 0u)
    return bad("schema: a number is needed");
  const auto found = schema->get<std::uint64_t>();
  if (found > kStateSchema)
    return fail(Code::unsupported,
                fmt::format("schema {} was written by a newer agent, this one knows {}: install the "
                            "newer agent again, or move the file away to start anew",
                            found, kStateSchema));
  for (std::size_t step = found - 1; step < kMigrations.size(); ++step)
    DROVER_TRY(kMigrations.at(step)(document));
  return {};
}

}  // namespace

std::string to_json(const Records& records) {
  json models = json::object();
  for (const auto& [model, record] : records) models[model.str()] = record_to_json(record);
  return json{{"schema", kStateSchema}, {"models", std::move(models)}}.dump(2) + "\n";
}

Result<Records> parse_records(std::string_view text) {
  json document = DROVER_TRY(parse_json(text, {.bytes_max = kStateBytesMax, .depth_max = 16}));
  if (!document.is_object()) return bad("an object is needed");
  DROVER_TRY(migrate(document));
  const auto models = document.find("models");
  if (models == document.end() || !models->is_object()) return bad("models: an object is needed");
  Records records;
  for (const auto& [name, value] : models->items()) {
    auto model = ModelName::parse(name);
    if (!model) return bad("models: " + model.error().message);
    records.emplace(std::move(*model), DROVER_TRY(record_from_json(value).in("models." + name)));
  }
  return records;
}

}  // namespace drover::lifecycle
