#include <fmt/format.h>

#include "db/sqlite_rows.h"
#include "db/sqlite_store.h"

namespace drover::db {
namespace {

constexpr const char* kColumns = "name, role, created_at, expires_at";

std::optional<std::int64_t> optional_seconds(const std::optional<UnixTime>& time) {
  return time ? std::optional(seconds(*time)) : std::nullopt;
}

std::optional<UnixTime> optional_time(const std::optional<std::int64_t>& value) {
  return value ? std::optional(time_of(*value)) : std::nullopt;
}

Result<Operator> read_operator(Statement& row) {
  Operator who;
  who.name = row.text();
  who.role = DROVER_TRY(parse_role(row.text()));
  who.created_at = optional_time(row.optional_integer());
  who.expires_at = optional_time(row.optional_integer());
  return who;
}

Result<bool> has_lasting_admin(Sqlite& database) {
  auto query = DROVER_TRY(
      database.prepare("select 1 from operators where role = 'admin' and expires_at is null limit 1"));
  return query.step();
}

}  // namespace

std::string_view name(Role role) {
  switch (role) {
    case Role::viewer:
      return "viewer";
    case Role::operator_:
      return "operator";
    case Role::admin:
      return "admin";
  }
  return "";
}

Result<Role> parse_role(std::string_view text) {
  for (Role role : {Role::viewer, Role::operator_, Role::admin})
    if (name(role) == text) return role;
  return fail(Code::invalid_argument, fmt::format("\"{}\" is no role: viewer, operator or admin", text));
}

Status SqliteStore::add_operator(const Operator& who, const Digest& token_hash) {
  return writer_.write([&](Sqlite& database) -> Status {
    auto write = DROVER_TRY(database.prepare(
        "insert into operators (hash, name, role, created_at, expires_at) values (?, ?, ?, ?, ?)"));
    write.bind(ByteView(token_hash.bytes)).bind(who.name).bind(std::string(name(who.role)));
    return write.bind(optional_seconds(who.created_at)).bind(optional_seconds(who.expires_at)).run();
  });
}

Result<std::optional<Operator>> SqliteStore::find_operator(const Digest& token_hash) {
  static const std::string select = fmt::format("select {} from operators where hash = ?", kColumns);
  auto reader = DROVER_TRY(readers_.borrow());
  auto query = DROVER_TRY(reader->prepare(select.c_str()));
  query.bind(ByteView(token_hash.bytes));
  if (!DROVER_TRY(query.step())) return std::nullopt;
  return DROVER_TRY(read_operator(query));
}

Result<std::vector<Operator>> SqliteStore::list_operators() {
  static const std::string select = fmt::format("select {} from operators order by name", kColumns);
  auto reader = DROVER_TRY(readers_.borrow());
  auto query = DROVER_TRY(reader->prepare(select.c_str()));
  std::vector<Operator> all;
  while (DROVER_TRY(query.step())) all.push_back(DROVER_TRY(read_operator(query)));
  return all;
}

Status SqliteStore::remove_operator(const std::string& name) {
  return writer_.write([&](Sqlite& database) -> Status {
    auto write = DROVER_TRY(database.prepare("delete from operators where name = ?"));
    DROVER_TRY(write.bind(name).run());
    if (database.changes() == 0)
      return fail(Code::not_found, fmt::format("there is no operator \"{}\"", name));
    if (!DROVER_TRY(has_lasting_admin(database)))
      return fail(
          Code::conflict,
          fmt::format("\"{}\" is the last admin whose token does not expire: make another first", name));
    return {};
  });
}

}  // namespace drover::db
