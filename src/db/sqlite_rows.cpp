#include "db/sqlite_rows.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

namespace drover::db {

std::string labels_text(const Labels& labels) { return nlohmann::json(labels).dump(); }

Result<Labels> parse_labels(const std::string& text) {
  const auto parsed = nlohmann::json::parse(text, nullptr, false);
  Labels labels;
  if (!parsed.is_object()) return fail(Code::bad_record, "stored labels are no JSON object");
  for (const auto& [name, value] : parsed.items())
    if (value.is_string()) labels[name] = value.get<std::string>();
  return labels;
}

Result<Device> read_device(Statement& row) {
  Device device;
  device.id = DROVER_TRY(DeviceId::parse(row.text()));
  device.labels = DROVER_TRY(parse_labels(row.text()));
  device.enrolled_at = time_of(row.integer());
  if (const auto seen = row.optional_integer()) device.seen_at = time_of(*seen);
  device.revoked = row.integer() != 0;
  return device;
}

Result<std::optional<Device>> select_device(Sqlite& database, const DeviceId& id) {
  auto query = DROVER_TRY(database.prepare((kSelectDevices + "where id = ?").c_str()));
  query.bind(id.str());
  if (!DROVER_TRY(query.step())) return std::nullopt;
  return DROVER_TRY(read_device(query));
}

Status update_labels(Sqlite& database, const DeviceId& id, Labels labels, const Labels& changes) {
  for (const auto& [name, value] : changes) {
    if (value.empty()) {
      labels.erase(name);
    } else {
      labels[name] = value;
    }
  }
  auto write = DROVER_TRY(database.prepare("update devices set labels = ? where id = ?"));
  return write.bind(labels_text(labels)).bind(id.str()).run();
}

Error no_device(const DeviceId& id) {
  return {Code::not_found, fmt::format("there is no device \"{}\"", id.str())};
}

}  // namespace drover::db
