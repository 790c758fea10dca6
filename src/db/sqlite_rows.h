#pragma once

#include "db/sqlite.h"
#include "db/store.h"

/// What several of the SQLite store's files read and write.
namespace drover::db {

inline std::int64_t seconds(UnixTime time) { return time.time_since_epoch().count(); }
inline UnixTime time_of(std::int64_t value) { return UnixTime(std::chrono::seconds(value)); }

std::string labels_text(const Labels& labels);
Result<Labels> parse_labels(const std::string& text);

/// The columns of a device, in the order in which read_device() takes them; a condition follows.
inline const std::string kSelectDevices = "select id, labels, enrolled_at, seen_at, revoked from devices ";
Result<Device> read_device(Statement& row);
Result<std::optional<Device>> select_device(Sqlite& database, const DeviceId& id);
/// Writes `labels` with the changes made in them; an empty value removes one.
Status update_labels(Sqlite& database, const DeviceId& id, Labels labels, const Labels& changes);

Result<std::optional<std::string>> select_shadow(Sqlite& database, const std::string& thing,
                                                 const std::string& name);
Status write_shadow(Sqlite& database, const std::string& thing, const std::string& name,
                    const std::string& document);
Status insert_audit(Sqlite& database, const AuditRow& row);

Error no_device(const DeviceId& id);

}  // namespace drover::db
