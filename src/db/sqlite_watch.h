#pragma once

#include <functional>

#include "db/sqlite_rows.h"

/// Inside db only: windows and alerts in SQLite.
namespace drover::db {

/// Both within a transaction, of an entry that was not there before.
Status insert_window(Sqlite& database, const DeviceId& device, const WindowRow& row, UnixTime now);
Status insert_alert(Sqlite& database, const DeviceId& device, const AlertRow& row, UnixTime now);

/// The conditions of a query, and their values in order.
class Conditions {
 public:
  void add(std::string_view condition) {
    sql_ += (sql_.empty() ? " where " : " and ") + std::string(condition);
  }
  template <class... Values>
  void add(std::string_view condition, const Values&... values) {
    add(condition);
    (binds_.push_back([values](Statement& to) { to.bind(values); }), ...);
  }
  [[nodiscard]] const std::string& sql() const { return sql_; }
  void bind(Statement& to) const {
    for (const auto& bind : binds_) bind(to);
  }

 private:
  std::string sql_;
  std::vector<std::function<void(Statement&)>> binds_;
};

}  // namespace drover::db
