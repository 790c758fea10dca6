#include "db/sqlite.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include <utility>

#include "base/assert.h"

namespace drover::db {
namespace {

Code code_of(int result) {
  switch (result & 0xff) {
    case SQLITE_FULL:
      return Code::disk_full;
    case SQLITE_NOTADB:
    case SQLITE_CORRUPT:
      return Code::bad_state;
    case SQLITE_CONSTRAINT:
      return Code::already_exists;
    case SQLITE_NOMEM:
      return Code::out_of_memory;
    default:
      return Code::io_failed;
  }
}

}  // namespace

Result<std::unique_ptr<Sqlite>> Sqlite::open(const std::string& path, bool read_only) {
  sqlite3* handle = nullptr;
  const int flags =
      (read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE) | SQLITE_OPEN_NOMUTEX;
  const int result = sqlite3_open_v2(path.c_str(), &handle, flags, nullptr);
  std::unique_ptr<Sqlite> database(new Sqlite(handle, path));
  if (result != SQLITE_OK) return fail(database->error());
  sqlite3_busy_timeout(handle, 10'000);
  return database;
}

Sqlite::~Sqlite() {
  for (const auto& [sql, statement] : prepared_) sqlite3_finalize(statement);
  sqlite3_close(handle_);
}

Error Sqlite::error() const {
  return {code_of(sqlite3_extended_errcode(handle_)), fmt::format("{}: {}", path_, sqlite3_errmsg(handle_))};
}

Status Sqlite::execute(const std::string& sql) {
  if (sqlite3_exec(handle_, sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) return fail(error());
  return {};
}

Result<Statement> Sqlite::prepare(const char* sql) {
  sqlite3_stmt*& statement = prepared_[sql];
  if (statement == nullptr &&
      sqlite3_prepare_v3(handle_, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr) != SQLITE_OK)
    return fail(error());
  return Statement(*this, statement);
}

int Sqlite::changes() const { return sqlite3_changes(handle_); }

Statement::Statement(Statement&& other) noexcept
    : database_(other.database_),
      statement_(std::exchange(other.statement_, nullptr)),
      next_parameter_(other.next_parameter_),
      next_column_(other.next_column_) {}

Statement::~Statement() {
  if (statement_ == nullptr) return;
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
}

Statement& Statement::bind(std::int64_t value) {
  DROVER_ASSERT(sqlite3_bind_int64(statement_, next_parameter_++, value) == SQLITE_OK);
  return *this;
}

Statement& Statement::bind(double value) {
  DROVER_ASSERT(sqlite3_bind_double(statement_, next_parameter_++, value) == SQLITE_OK);
  return *this;
}

Statement& Statement::bind(const std::string& text) {
  DROVER_ASSERT(sqlite3_bind_text64(statement_, next_parameter_++, text.data(), text.size(), SQLITE_TRANSIENT,
                                    SQLITE_UTF8) == SQLITE_OK);
  return *this;
}

Statement& Statement::bind(ByteView blob) {
  DROVER_ASSERT(sqlite3_bind_blob64(statement_, next_parameter_++, blob.data(), blob.size(),
                                    SQLITE_TRANSIENT) == SQLITE_OK);
  return *this;
}

Statement& Statement::bind_null() {
  DROVER_ASSERT(sqlite3_bind_null(statement_, next_parameter_++) == SQLITE_OK);
  return *this;
}

Result<bool> Statement::step() {
  next_column_ = 0;
  const int result = sqlite3_step(statement_);
  if (result == SQLITE_ROW) return true;
  if (result == SQLITE_DONE) return false;
  return fail(database_->error());
}

Status Statement::run() {
  while (DROVER_TRY(step())) continue;
  return {};
}

std::int64_t Statement::integer() { return sqlite3_column_int64(statement_, next_column_++); }

std::string Statement::text() {
  const int column = next_column_++;
  const unsigned char* data = sqlite3_column_text(statement_, column);
  if (data == nullptr) return {};
  return {reinterpret_cast<const char*>(data),
          static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

std::optional<std::int64_t> Statement::optional_integer() {
  if (sqlite3_column_type(statement_, next_column_) != SQLITE_NULL) return integer();
  ++next_column_;
  return std::nullopt;
}

std::optional<double> Statement::optional_real() {
  const int column = next_column_++;
  if (sqlite3_column_type(statement_, column) == SQLITE_NULL) return std::nullopt;
  return sqlite3_column_double(statement_, column);
}

std::optional<std::string> Statement::optional_text() {
  if (sqlite3_column_type(statement_, next_column_) != SQLITE_NULL) return text();
  ++next_column_;
  return std::nullopt;
}

}  // namespace drover::db
