#pragma once

#include "db/sqlite.h"

namespace drover::db {

/// Brings the schema from whatever version it has to the newest, each step in a transaction of its own.
/// Errors: bad_state when the file is a newer Drover's.
Status migrate(Sqlite& database);

}  // namespace drover::db
