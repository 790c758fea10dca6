#include "db/sqlite_rows.h"
#include "db/sqlite_store.h"

namespace drover::db {
namespace {

void bind_key(Statement& statement, const OutsideAlertRow& alert) {
  statement.bind(alert.fingerprint).bind(alert.starts_at).bind(alert.status);
}

Result<std::optional<OutsideAlertDecided>> decided_before(Sqlite& database, const OutsideAlertRow& alert) {
  auto query =
      DROVER_TRY(database.prepare("select word, detail from outside_alerts"
                                  " where fingerprint = ? and starts_at = ? and status = ?"));
  bind_key(query, alert);
  if (!DROVER_TRY(query.step())) return std::nullopt;
  std::string word = query.text();
  return OutsideAlertDecided{.word = std::move(word), .detail = query.text()};
}

/// Who sends an alert again and again wants it remembered for as long.
Status touch(Sqlite& database, const OutsideAlertRow& alert, UnixTime now) {
  auto write =
      DROVER_TRY(database.prepare("update outside_alerts set sent_at = ?"
                                  " where fingerprint = ? and starts_at = ? and status = ?"));
  write.bind(seconds(now));
  bind_key(write, alert);
  return write.run();
}

Result<OutsideAlertGround> ground_of(Sqlite& database, const OutsideAlertRow& alert) {
  OutsideAlertGround ground;
  if (!alert.device.empty()) ground.shadow = DROVER_TRY(select_shadow(database, alert.device, ""));
  auto query = DROVER_TRY(database.prepare(
      "select max(rollback) from outside_alerts where device = ? and model = ? and rollback is not null"));
  query.bind(alert.device).bind(alert.model);
  DROVER_TRY(query.step());
  if (const auto order = query.optional_integer()) ground.rollback = static_cast<std::uint64_t>(*order);
  return ground;
}

Status insert(Sqlite& database, const OutsideAlertRow& alert, const OutsideAlertDecision& decision,
              UnixTime now) {
  auto write = DROVER_TRY(
      database.prepare("insert into outside_alerts (fingerprint, starts_at, status, device, model, sent_at,"
                       " word, detail, rollback) values (?, ?, ?, ?, ?, ?, ?, ?, ?)"));
  bind_key(write, alert);
  write.bind(alert.device).bind(alert.model).bind(seconds(now)).bind(decision.word).bind(decision.detail);
  if (decision.order) return write.bind(static_cast<std::int64_t>(*decision.order)).run();
  return write.bind_null().run();
}

}  // namespace

Result<OutsideAlertDecided> SqliteStore::decide_outside_alert(const OutsideAlertRow& alert,
                                                              const AuditRow& line,
                                                              const DecideOutsideAlert& decide) {
  OutsideAlertDecided decided;
  const Status written = writer_.write([&](Sqlite& database) -> Status {
    if (auto before = DROVER_TRY(decided_before(database, alert))) {
      decided = std::move(*before);
      return touch(database, alert, line.at);
    }
    const OutsideAlertGround ground = DROVER_TRY(ground_of(database, alert));
    OutsideAlertDecision decision = DROVER_TRY(decide(ground));
    if (decision.shadow) DROVER_TRY(write_shadow(database, alert.device, "", *decision.shadow));
    DROVER_TRY(insert(database, alert, decision, line.at));
    AuditRow audit = line;
    audit.detail = decision.detail;
    DROVER_TRY(insert_audit(database, audit));
    decided = {.is_new = true, .word = std::move(decision.word), .detail = std::move(decision.detail)};
    return {};
  });
  if (!written) return fail(written.error());
  return decided;
}

Result<std::size_t> SqliteStore::prune_outside_alerts(UnixTime before, std::size_t count) {
  std::size_t pruned = 0;
  const Status written = writer_.write([&](Sqlite& database) -> Status {
    auto write = DROVER_TRY(database.prepare(
        "delete from outside_alerts where (fingerprint, starts_at, status) in"
        " (select fingerprint, starts_at, status from outside_alerts where sent_at < ? limit ?)"));
    DROVER_TRY(write.bind(seconds(before)).bind(static_cast<std::int64_t>(count)).run());
    pruned = static_cast<std::size_t>(database.changes());
    return {};
  });
  if (!written) return fail(written.error());
  return pruned;
}

}  // namespace drover::db
