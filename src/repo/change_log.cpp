#include "repo/change_log.h"

#include <nlohmann/json.hpp>

namespace drover::repo {

Status note_change(fs::FileSystem& files, const fs::Path& directory, const nlohmann::json& line) {
  const fs::Path path = directory / "changes.jsonl";
  const bool is_new = !files.info(path);
  const auto file = DROVER_TRY(files.open(path, fs::Open::append));
  DROVER_TRY(
      file->append(as_bytes(line.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n")));
  DROVER_TRY(file->sync());
  return is_new ? files.sync_directory(directory) : Status();
}

}  // namespace drover::repo
