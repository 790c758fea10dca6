#include <fmt/format.h>

#include "db/sqlite_rows.h"
#include "db/sqlite_store.h"

namespace drover::db {
namespace {

Status check_count(Sqlite& database, const std::string& thing) {
  auto query = DROVER_TRY(database.prepare("select count(*) from shadows where thing = ?"));
  query.bind(thing);
  DROVER_TRY(query.step());
  if (query.integer() < static_cast<std::int64_t>(Store::kShadowsMax)) return {};
  return fail(Code::too_many,
              fmt::format("{} has {} shadows and can have no more", thing, Store::kShadowsMax));
}

}  // namespace

Result<std::optional<std::string>> select_shadow(Sqlite& database, const std::string& thing,
                                                 const std::string& name) {
  auto query = DROVER_TRY(database.prepare("select document from shadows where thing = ? and name = ?"));
  query.bind(thing).bind(name);
  if (!DROVER_TRY(query.step())) return std::nullopt;
  return query.text();
}

Status write_shadow(Sqlite& database, const std::string& thing, const std::string& name,
                    const std::string& document) {
  auto write =
      DROVER_TRY(database.prepare("insert into shadows (thing, name, document) values (?, ?, ?)"
                                  " on conflict (thing, name) do update set document = excluded.document"));
  return write.bind(thing).bind(name).bind(document).run();
}

Result<std::optional<std::string>> SqliteStore::load_shadow(const std::string& thing,
                                                            const std::string& name) {
  auto reader = DROVER_TRY(readers_.borrow());
  return select_shadow(*reader, thing, name);
}

Status SqliteStore::change_shadow(const std::string& thing, const std::string& name,
                                  const ShadowChange& change) {
  return writer_.write([&](Sqlite& database) -> Status {
    const auto before = DROVER_TRY(select_shadow(database, thing, name));
    if (!before) DROVER_TRY(check_count(database, thing));
    return write_shadow(database, thing, name, DROVER_TRY(change(before)));
  });
}

}  // namespace drover::db
