#include "cli/temporary_directory.h"

#include <fmt/format.h>
#include <stdlib.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

namespace drover::cli {

Result<TemporaryDirectory> TemporaryDirectory::make() {
  const char* root = std::getenv("TMPDIR");
  std::string path = fmt::format("{}/drover-XXXXXX", root != nullptr && *root != '\0' ? root : "/tmp");
  if (::mkdtemp(path.data()) == nullptr)
    return fail(Code::io_failed, fmt::format("{}: {}", path, std::strerror(errno)));
  return TemporaryDirectory(std::move(path));
}

TemporaryDirectory::~TemporaryDirectory() {
  std::error_code ignored;
  if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
}

}  // namespace drover::cli
