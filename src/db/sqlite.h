#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "base/bytes.h"
#include "base/result.h"

struct sqlite3;
struct sqlite3_stmt;

namespace drover::db {

class Statement;

/// One connection to a SQLite file; for one thread at a time.
class Sqlite {
 public:
  static Result<std::unique_ptr<Sqlite>> open(const std::string& path, bool read_only);
  ~Sqlite();
  Sqlite(const Sqlite&) = delete;
  Sqlite& operator=(const Sqlite&) = delete;

  /// Runs statements without parameters.
  Status execute(const std::string& sql);
  /// A statement ready to be bound; kept prepared for the next time.
  Result<Statement> prepare(const char* sql);
  [[nodiscard]] int changes() const;
  [[nodiscard]] Error error() const;

 private:
  explicit Sqlite(sqlite3* handle, std::string path) : handle_(handle), path_(std::move(path)) {}
  sqlite3* handle_;
  std::string path_;
  std::map<std::string, sqlite3_stmt*> prepared_;
};

/// A prepared statement in use; parameters and columns are taken in order.
///     auto query = DROVER_TRY(db.prepare("select a from t where b = ?"));
///     query.bind(b);
///     while (DROVER_TRY(query.step())) use(query.text());
class Statement {
 public:
  Statement(Sqlite& database, sqlite3_stmt* statement) : database_(&database), statement_(statement) {}
  ~Statement();
  Statement(Statement&& other) noexcept;
  Statement& operator=(Statement&&) = delete;

  Statement& bind(std::int64_t value);
  Statement& bind(std::uint64_t value) { return bind(static_cast<std::int64_t>(value)); }
  Statement& bind(double value);
  Statement& bind(const std::string& text);
  Statement& bind(ByteView blob);
  Statement& bind_null();
  template <class T>
  Statement& bind(const std::optional<T>& value) {
    return value ? bind(*value) : bind_null();
  }

  /// True with a row, false at the end.
  Result<bool> step();
  /// step() for a statement that gives no rows.
  Status run();

  std::int64_t integer();
  std::string text();
  std::uint64_t count() { return static_cast<std::uint64_t>(integer()); }
  std::optional<std::int64_t> optional_integer();
  std::optional<double> optional_real();
  std::optional<std::string> optional_text();

 private:
  Sqlite* database_;
  sqlite3_stmt* statement_;
  int next_parameter_ = 1;
  int next_column_ = 0;
};

}  // namespace drover::db
