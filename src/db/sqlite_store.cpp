#include "db/sqlite_store.h"

#include <fmt/format.h>

#include "db/sqlite_rows.h"
#include "db/sqlite_schema.h"

namespace drover::db {
namespace {

/// In WAL mode a commit is durable when its sync returns only with synchronous = full.
constexpr const char* kWriterSetup =
    "pragma journal_mode = wal; pragma synchronous = full; pragma foreign_keys = on;"
    "pragma wal_autocheckpoint = 1000;";

}  // namespace

Result<ReaderPool::Loan> ReaderPool::borrow() {
  {
    const std::lock_guard lock(mutex_);
    if (!idle_.empty()) {
      auto database = std::move(idle_.back());
      idle_.pop_back();
      return Loan(*this, std::move(database));
    }
  }
  return Loan(*this, DROVER_TRY(Sqlite::open(path_, true)));
}

void ReaderPool::give_back(std::unique_ptr<Sqlite> database) {
  const std::lock_guard lock(mutex_);
  idle_.push_back(std::move(database));
}

Result<std::unique_ptr<Store>> open_sqlite_store(const std::string& path) {
  auto writer = DROVER_TRY(Sqlite::open(path, false));
  DROVER_TRY(writer->execute(kWriterSetup));
  DROVER_TRY(migrate(*writer).in(path));
  return std::make_unique<SqliteStore>(path, std::move(writer));
}

Status insert_audit(Sqlite& database, const AuditRow& row) {
  auto write = DROVER_TRY(
      database.prepare("insert into audit (at, who, action, target, detail) values (?, ?, ?, ?, ?)"));
  write.bind(seconds(row.at)).bind(row.who).bind(row.action).bind(row.target);
  return write.bind(row.detail).run();
}

Status SqliteStore::add_audit(const AuditRow& row) {
  return writer_.write([&](Sqlite& database) { return insert_audit(database, row); });
}

Result<std::vector<AuditRow>> SqliteStore::list_audit(std::int64_t before, std::size_t count) {
  auto reader = DROVER_TRY(readers_.borrow());
  auto query =
      DROVER_TRY(reader->prepare("select id, at, who, action, target, detail from audit"
                                 " where id < ? order by id desc limit ?"));
  query.bind(before > 0 ? before : INT64_MAX).bind(static_cast<std::int64_t>(count));
  std::vector<AuditRow> rows;
  while (DROVER_TRY(query.step())) {
    AuditRow row;
    row.id = query.integer();
    row.at = UnixTime(std::chrono::seconds(query.integer()));
    row.who = query.text();
    row.action = query.text();
    row.target = query.text();
    row.detail = query.text();
    rows.push_back(std::move(row));
  }
  return rows;
}

Status SqliteStore::put_setting(const std::string& key, const std::string& value) {
  return writer_.write([&](Sqlite& database) -> Status {
    auto write =
        DROVER_TRY(database.prepare("insert into settings (key, value) values (?, ?)"
                                    " on conflict (key) do update set value = excluded.value"));
    return write.bind(key).bind(value).run();
  });
}

Result<std::optional<std::string>> SqliteStore::find_setting(const std::string& key) {
  auto reader = DROVER_TRY(readers_.borrow());
  auto query = DROVER_TRY(reader->prepare("select value from settings where key = ?"));
  query.bind(key);
  if (!DROVER_TRY(query.step())) return std::nullopt;
  return query.text();
}

}  // namespace drover::db
