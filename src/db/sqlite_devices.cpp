#include "db/sqlite_rows.h"
#include "db/sqlite_store.h"

namespace drover::db {

Result<std::optional<Device>> SqliteStore::find_device(const DeviceId& id) {
  auto reader = DROVER_TRY(readers_.borrow());
  return select_device(*reader, id);
}

Result<std::vector<Device>> SqliteStore::list_devices(const std::string& after, std::size_t count) {
  auto reader = DROVER_TRY(readers_.borrow());
  auto query = DROVER_TRY(reader->prepare((kSelectDevices + "where id > ? order by id limit ?").c_str()));
  query.bind(after).bind(static_cast<std::int64_t>(count));
  std::vector<Device> devices;
  while (DROVER_TRY(query.step())) devices.push_back(DROVER_TRY(read_device(query)));
  return devices;
}

Status SqliteStore::change_labels(const DeviceId& id, const Labels& changes) {
  return writer_.write([&](Sqlite& database) -> Status {
    const auto known = DROVER_TRY(select_device(database, id));
    if (!known) return fail(no_device(id));
    return update_labels(database, id, known->labels, changes);
  });
}

Status SqliteStore::revoke_device(const DeviceId& id) {
  return writer_.write([&](Sqlite& database) -> Status {
    auto write = DROVER_TRY(database.prepare("update devices set revoked = 1 where id = ?"));
    DROVER_TRY(write.bind(id.str()).run());
    if (database.changes() == 0) return fail(no_device(id));
    return {};
  });
}

Status SqliteStore::note_seen(const std::map<DeviceId, UnixTime>& seen) {
  return writer_.write([&](Sqlite& database) -> Status {
    for (const auto& [id, at] : seen) {
      auto write = DROVER_TRY(database.prepare("update devices set seen_at = ? where id = ?"));
      DROVER_TRY(write.bind(seconds(at)).bind(id.str()).run());
    }
    return {};
  });
}

}  // namespace drover::db
