#pragma once

#include <string>

#include "base/result.h"
#include "fs/file_system.h"

/// Where a repository's files lie.
namespace drover::repo {

inline fs::Path metadata_path(const fs::Path& repository, const std::string& name) {
  return repository / "metadata" / name;
}
inline fs::Path target_path(const fs::Path& repository, const std::string& file_path) {
  return repository / "targets" / file_path;
}
/// "3.targets.json"; the role's name is percent-encoded.
std::string versioned_name(std::string_view role, std::int64_t version);

/// write_atomically with the directories above made.
Status write_with_directories(fs::FileSystem& files, const fs::Path& path, std::string_view text);

}  // namespace drover::repo
