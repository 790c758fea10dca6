#include <algorithm>

#include "db/sqlite_store.h"
#include "db/sqlite_watch.h"

namespace drover::db {
namespace {

/// What orders the changes of one rule on one device.
struct ChangeOrder {
  EntryPlace from;
  std::int64_t at_ms = 0;
};

/// An epoch counts its entries. Between epochs there is the device's clock, which is never ahead of the time
/// at which the server heard it: else an alert of a wrong clock would stand for years.
ChangeOrder order_of(EntryPlace from, std::int64_t at_ms, UnixTime received_at) {
  return {std::move(from), std::min(at_ms, (seconds(received_at) + 1) * 1000)};
}

bool is_later(const ChangeOrder& a, const ChangeOrder& b) {
  if (a.from.epoch == b.from.epoch)
    return std::pair(a.from.seq, a.from.place) > std::pair(b.from.seq, b.from.place);
  return a.at_ms >= b.at_ms;
}

/// Whether this is the rule's newest change so far; the one that was is none any more then.
Result<bool> take_over(Sqlite& database, const DeviceId& device, const AlertRow& row, UnixTime now) {
  auto query =
      DROVER_TRY(database.prepare("select id, epoch, seq, place, at_ms, received_at from alerts"
                                  " where device = ? and model = ? and rule = ? and newest = 1"));
  query.bind(device.str()).bind(row.model).bind(row.rule);
  if (!DROVER_TRY(query.step())) return true;
  const std::int64_t id = query.integer();
  EntryPlace from{.epoch = query.text(), .seq = query.count(), .place = query.count()};
  const std::int64_t at_ms = query.integer();
  const ChangeOrder standing = order_of(std::move(from), at_ms, time_of(query.integer()));
  if (!is_later(order_of(row.from, row.at_ms, now), standing)) return false;
  auto write = DROVER_TRY(database.prepare("update alerts set newest = 0 where id = ?"));
  DROVER_TRY(write.bind(id).run());
  return true;
}

Result<bool> is_stored(Sqlite& database, const DeviceId& device, const EntryPlace& from) {
  auto query = DROVER_TRY(
      database.prepare("select 1 from alerts where device = ? and epoch = ? and seq = ? and place = ?"));
  return query.bind(device.str()).bind(from.epoch).bind(from.seq).bind(from.place).step();
}

AlertRow read_alert(Statement& row, const DeviceId& device) {
  AlertRow alert{.device = device};
  alert.id = row.integer();
  alert.from = {.epoch = row.text(), .seq = row.count(), .place = row.count()};
  for (auto member : {&AlertRow::model, &AlertRow::version, &AlertRow::digest, &AlertRow::rule,
                      &AlertRow::kind, &AlertRow::change})
    alert.*member = row.text();
  alert.at_ms = row.integer();
  alert.received_at = time_of(row.integer());
  alert.body = row.text();
  alert.verdict = row.text();
  return alert;
}

std::string select_alerts(bool verdicts) {
  return "select device, id, epoch, seq, place, model, version, digest, rule, kind, change, at_ms,"
         " received_at, body, " +
         std::string(verdicts ? "verdict" : "''") + " from alerts";
}

const char* changes_of(AlertState state) {
  switch (state) {
    case AlertState::pending:
      return "change = 'pending'";
    case AlertState::firing:
      return "change = 'fired'";
    case AlertState::resolved:
      return "change in ('resolved', 'withdrawn')";
  }
  return "";
}

/// Another version has come in the place of the alert's: its rule stands no more.
constexpr const char* kStillRuns =
    "not exists (select 1 from windows where id = (select id from windows where device = alerts.device and"
    " model = alerts.model order by end_ms desc, id desc limit 1) and digest <> alerts.digest and"
    " end_ms > alerts.at_ms)";

Conditions conditions_of(const AlertFilter& filter, const ListedUpTo& from) {
  Conditions conditions;
  if (filter.state) {
    conditions.add("newest = 1");
    conditions.add(changes_of(*filter.state));
  }
  if (filter.device) conditions.add("device = ?", filter.device->str());
  if (!filter.model.empty()) conditions.add("model = ?", filter.model);
  conditions.add("at_ms >= ? and at_ms <= ? and (at_ms < ? or id < ?)", filter.since_ms, from.at_ms,
                 from.at_ms, from.id);
  if (filter.state && *filter.state != AlertState::resolved) conditions.add(kStillRuns);
  return conditions;
}

}  // namespace

Status insert_alert(Sqlite& database, const DeviceId& device, const AlertRow& row, UnixTime now) {
  if (DROVER_TRY(is_stored(database, device, row.from))) return {};
  const bool newest = DROVER_TRY(take_over(database, device, row, now));
  auto write = DROVER_TRY(
      database.prepare("insert into alerts (device, epoch, seq, place, model, version, digest, rule, kind,"
                       " change, at_ms, received_at, newest, body, verdict)"
                       " values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"));
  write.bind(device.str()).bind(row.from.epoch).bind(row.from.seq).bind(row.from.place);
  write.bind(row.model).bind(row.version).bind(row.digest).bind(row.rule).bind(row.kind).bind(row.change);
  write.bind(row.at_ms).bind(seconds(now)).bind(std::int64_t{newest}).bind(row.body).bind(row.verdict);
  return write.run();
}

Result<std::vector<AlertRow>> SqliteStore::list_alerts(const AlertFilter& filter, const ListedUpTo& from,
                                                       std::size_t count, bool verdicts) {
  auto reader = DROVER_TRY(readers_.borrow());
  const Conditions conditions = conditions_of(filter, from);
  const std::string sql =
      select_alerts(verdicts) + conditions.sql() + " order by at_ms desc, id desc limit ?";
  auto query = DROVER_TRY(reader->prepare(sql.c_str()));
  conditions.bind(query);
  query.bind(std::uint64_t{count});
  std::vector<AlertRow> rows;
  while (DROVER_TRY(query.step())) {
    const DeviceId device = DROVER_TRY(DeviceId::parse(query.text()));
    rows.push_back(read_alert(query, device));
  }
  return rows;
}

Result<std::optional<AlertRow>> SqliteStore::find_alert(std::int64_t id) {
  auto reader = DROVER_TRY(readers_.borrow());
  auto query = DROVER_TRY(reader->prepare((select_alerts(true) + " where id = ?").c_str()));
  query.bind(id);
  if (!DROVER_TRY(query.step())) return std::nullopt;
  const DeviceId device = DROVER_TRY(DeviceId::parse(query.text()));
  return read_alert(query, device);
}

Result<std::size_t> SqliteStore::prune_alerts(UnixTime before, std::size_t count) {
  return prune(
      "delete from alerts where received_at < ? and id in (select id from alerts order by id limit ?)",
      before, count);
}

}  // namespace drover::db
