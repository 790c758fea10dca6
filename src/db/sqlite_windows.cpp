#include <algorithm>
#include <cmath>

#include "db/sqlite_store.h"
#include "db/sqlite_watch.h"

namespace drover::db {
namespace {

WindowRow read_window(Statement& row, const DeviceId& device) {
  WindowRow window{.device = device};
  window.id = row.integer();
  window.from = {.epoch = row.text(), .seq = row.count(), .place = row.count()};
  window.model = row.text();
  window.version = row.text();
  window.digest = row.text();
  window.begin_ms = row.integer();
  window.end_ms = row.integer();
  for (auto member : {&WindowRow::inferences, &WindowRow::failures, &WindowRow::labelled, &WindowRow::right,
                      &WindowRow::confident, &WindowRow::confidence_sum})
    window.*member = row.count();
  for (auto member : {&WindowRow::confidence_rolling, &WindowRow::latency_p50_ms, &WindowRow::latency_p95_ms,
                      &WindowRow::latency_p99_ms})
    window.*member = row.optional_real();
  window.dropped = row.count();
  window.deaths = row.count();
  window.received_at = time_of(row.integer());
  window.body = row.text();
  return window;
}

std::string select_windows(bool bodies) {
  return "select device, id, epoch, seq, place, model, version, digest, begin_ms, end_ms, inferences, "
         "failures,"
         " labelled, labelled_right, confident, confidence_sum, confidence_rolling, latency_p50_ms,"
         " latency_p95_ms, latency_p99_ms, dropped, deaths, received_at, " +
         std::string(bodies ? "body" : "''") + " from windows";
}

Result<std::vector<WindowRow>> read_windows(Statement& query) {
  std::vector<WindowRow> rows;
  while (DROVER_TRY(query.step())) {
    const DeviceId device = DROVER_TRY(DeviceId::parse(query.text()));
    rows.push_back(read_window(query, device));
  }
  return rows;
}

/// A device's windows are fewer than a model's: with both, the + keeps the model's index out of it.
Conditions conditions_of(const WindowFilter& filter) {
  Conditions conditions;
  if (filter.device) conditions.add("device = ?", filter.device->str());
  if (!filter.model.empty()) conditions.add(filter.device ? "+model = ?" : "model = ?", filter.model);
  if (!filter.version.empty()) conditions.add("version = ?", filter.version);
  conditions.add("end_ms >= ? and end_ms < ?", filter.since_ms, filter.until_ms);
  return conditions;
}

}  // namespace

Status insert_window(Sqlite& database, const DeviceId& device, const WindowRow& row, UnixTime now) {
  auto write = DROVER_TRY(database.prepare(
      "insert or ignore into windows (device, epoch, seq, place, model, version, digest, begin_ms, end_ms,"
      " inferences, failures, labelled, labelled_right, confident, confidence_sum, confidence_rolling,"
      " latency_p50_ms, latency_p95_ms, latency_p99_ms, dropped, deaths, received_at, body)"
      " values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"));
  write.bind(device.str()).bind(row.from.epoch).bind(row.from.seq).bind(row.from.place);
  write.bind(row.model).bind(row.version).bind(row.digest).bind(row.begin_ms).bind(row.end_ms);
  write.bind(row.inferences).bind(row.failures).bind(row.labelled).bind(row.right);
  write.bind(row.confident).bind(row.confidence_sum).bind(row.confidence_rolling);
  write.bind(row.latency_p50_ms).bind(row.latency_p95_ms).bind(row.latency_p99_ms);
  return write.bind(row.dropped).bind(row.deaths).bind(seconds(now)).bind(row.body).run();
}

Result<std::vector<WindowRow>> SqliteStore::list_windows(const WindowFilter& filter, const ListedUpTo& from,
                                                         std::size_t count, bool bodies) {
  auto reader = DROVER_TRY(readers_.borrow());
  WindowFilter rest = filter;  // one upper bound: of two, SQLite would begin its search at the wrong one
  if (from.at_ms < INT64_MAX) rest.until_ms = std::min(filter.until_ms, from.at_ms + 1);
  Conditions conditions = conditions_of(rest);
  conditions.add("(end_ms < ? or id < ?)", from.at_ms, from.id);
  const std::string sql =
      select_windows(bodies) + conditions.sql() + " order by end_ms desc, id desc limit ?";
  auto query = DROVER_TRY(reader->prepare(sql.c_str()));
  conditions.bind(query);
  query.bind(std::uint64_t{count});
  return read_windows(query);
}

Result<std::vector<WindowRow>> SqliteStore::list_windows_after(std::int64_t id, std::size_t count) {
  auto reader = DROVER_TRY(readers_.borrow());
  const std::string sql = select_windows(true) + " where id > ? order by id limit ?";
  auto query = DROVER_TRY(reader->prepare(sql.c_str()));
  query.bind(id).bind(std::uint64_t{count});
  return read_windows(query);
}

Result<std::vector<WindowSums>> SqliteStore::sum_windows(const WindowFilter& filter) {
  auto reader = DROVER_TRY(readers_.borrow());
  const Conditions conditions = conditions_of(filter);
  const std::string sql =
      "select version, count(distinct device), count(*), sum(inferences), sum(failures), sum(labelled),"
      " sum(labelled_right), sum(confident), total(confidence_sum), max(latency_p95_ms) from windows" +
      conditions.sql() + " group by version order by version";
  auto query = DROVER_TRY(reader->prepare(sql.c_str()));
  conditions.bind(query);
  std::vector<WindowSums> sums;
  while (DROVER_TRY(query.step())) {
    WindowSums of{.version = query.text()};
    for (auto member :
         {&WindowSums::devices, &WindowSums::windows, &WindowSums::inferences, &WindowSums::failures,
          &WindowSums::labelled, &WindowSums::right, &WindowSums::confident})
      of.*member = query.count();
    of.confidence_sum = std::ldexp(query.optional_real().value_or(0), -32);
    of.latency_p95_ms_max = query.optional_real();
    sums.push_back(std::move(of));
  }
  return sums;
}

Result<std::vector<DeviceId>> SqliteStore::list_window_devices(const WindowFilter& filter,
                                                               std::size_t count) {
  auto reader = DROVER_TRY(readers_.borrow());
  const Conditions conditions = conditions_of(filter);
  const std::string sql =
      "select distinct device from windows" + conditions.sql() + " order by device limit ?";
  auto query = DROVER_TRY(reader->prepare(sql.c_str()));
  conditions.bind(query);
  query.bind(std::uint64_t{count});
  std::vector<DeviceId> devices;
  while (DROVER_TRY(query.step())) devices.push_back(DROVER_TRY(DeviceId::parse(query.text())));
  return devices;
}

Result<std::optional<std::int64_t>> SqliteStore::find_window_end(const WindowFilter& filter,
                                                                 std::size_t newer) {
  auto reader = DROVER_TRY(readers_.borrow());
  const Conditions conditions = conditions_of(filter);
  const std::string sql =
      "select end_ms from windows" + conditions.sql() + " order by end_ms desc limit 1 offset ?";
  auto query = DROVER_TRY(reader->prepare(sql.c_str()));
  conditions.bind(query);
  query.bind(std::uint64_t{newer});
  if (!DROVER_TRY(query.step())) return std::nullopt;
  return query.integer();
}

Result<std::size_t> SqliteStore::prune_windows(UnixTime before, std::size_t count) {
  return prune(
      "delete from windows where received_at < ? and id in (select id from windows order by id limit ?)",
      before, count);
}

}  // namespace drover::db
