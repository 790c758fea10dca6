#pragma once

#include <nlohmann/json_fwd.hpp>

#include "base/result.h"
#include "fs/file_system.h"

namespace drover::repo {

/// A line of DIRECTORY/changes.jsonl, durable when it returns: who changed a repository in a directory, when,
/// and what. Written before the change is, so that none goes unnoted; what became of it is the next line. The
/// server keeps such an account in its database (docs/formats/operator-api.md).
Status note_change(fs::FileSystem& files, const fs::Path& directory, const nlohmann::json& line);

}  // namespace drover::repo
