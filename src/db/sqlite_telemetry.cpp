#include "db/sqlite_store.h"
#include "db/sqlite_watch.h"

namespace drover::db {
namespace {

/// Whether the row was not there.
Result<bool> insert_row(Sqlite& database, const DeviceId& device, const TelemetryRow& row, UnixTime now) {
  auto write =
      DROVER_TRY(database.prepare("insert or ignore into telemetry (device, epoch, seq, received_at, body)"
                                  " values (?, ?, ?, ?, ?)"));
  DROVER_TRY(write.bind(device.str()).bind(row.epoch).bind(row.seq).bind(seconds(now)).bind(row.body).run());
  return database.changes() > 0;
}

/// A row that is there has its windows and alerts already. They outlive it: one that comes again after the
/// row was pruned finds them under their own keys.
Status insert_rows(Sqlite& database, const DeviceId& device, const std::vector<TelemetryRow>& rows,
                   UnixTime now) {
  for (const TelemetryRow& row : rows) {
    if (!DROVER_TRY(insert_row(database, device, row, now))) continue;
    for (const WindowRow& window : row.windows) DROVER_TRY(insert_window(database, device, window, now));
    for (const AlertRow& alert : row.alerts) DROVER_TRY(insert_alert(database, device, alert, now));
  }
  return {};
}

Status insert_lost(Sqlite& database, const DeviceId& device, const std::vector<LostRange>& lost,
                   UnixTime now) {
  for (const LostRange& range : lost) {
    auto write =
        DROVER_TRY(database.prepare("insert or ignore into telemetry_lost"
                                    " (device, epoch, low, high, received_at) values (?, ?, ?, ?, ?)"));
    write.bind(device.str()).bind(range.epoch).bind(static_cast<std::int64_t>(range.low));
    DROVER_TRY(write.bind(static_cast<std::int64_t>(range.high)).bind(seconds(now)).run());
  }
  return {};
}

}  // namespace

Status SqliteStore::add_telemetry(const DeviceId& device, const std::vector<TelemetryRow>& rows,
                                  const std::vector<LostRange>& lost, UnixTime now) {
  return writer_.write([&](Sqlite& database) -> Status {
    DROVER_TRY(insert_rows(database, device, rows, now));
    return insert_lost(database, device, lost, now);
  });
}

Result<std::vector<TelemetryRow>> SqliteStore::list_telemetry(const DeviceId& device, std::size_t count) {
  auto reader = DROVER_TRY(readers_.borrow());
  auto query =
      DROVER_TRY(reader->prepare("select epoch, seq, received_at, body from telemetry where device = ?"
                                 " and body <> '{}' order by received_at desc, seq desc limit ?"));
  query.bind(device.str()).bind(static_cast<std::int64_t>(count));
  std::vector<TelemetryRow> rows;
  while (DROVER_TRY(query.step())) {
    TelemetryRow row;
    row.epoch = query.text();
    row.seq = static_cast<std::uint64_t>(query.integer());
    row.received_at = UnixTime(std::chrono::seconds(query.integer()));
    row.body = query.text();
    rows.push_back(std::move(row));
  }
  return rows;
}

Result<std::size_t> SqliteStore::prune(const char* sql, UnixTime before, std::size_t count) {
  std::size_t pruned = 0;
  const Status written = writer_.write([&](Sqlite& database) -> Status {
    auto write = DROVER_TRY(database.prepare(sql));
    DROVER_TRY(write.bind(seconds(before)).bind(std::uint64_t{count}).run());
    pruned = static_cast<std::size_t>(database.changes());
    return {};
  });
  if (!written) return fail(written.error());
  return pruned;
}

Result<std::size_t> SqliteStore::prune_telemetry(UnixTime before, std::size_t count) {
  const Status lost = writer_.write([&](Sqlite& database) -> Status {
    auto write = DROVER_TRY(database.prepare("delete from telemetry_lost where received_at < ?"));
    return write.bind(seconds(before)).run();
  });
  if (!lost) return fail(lost.error());
  return prune(
      "delete from telemetry where (device, epoch, seq) in"
      " (select device, epoch, seq from telemetry where received_at < ? order by received_at limit ?)",
      before, count);
}

}  // namespace drover::db
