#pragma once

#include <string>

#include "bundle/archive.h"
#include "fs/file_system.h"

namespace drover::cli {

/// What is known of a bundle's file.
struct BundleFacts {
  bundle::Manifest manifest;
  Digest digest;
  std::uint64_t size = 0;
};

enum class FileKind { bundle, model };
/// What the file is by its first bytes. Errors: not_found, io_failed; bad_model for neither.
Result<FileKind> kind_of(const std::string& path);

/// Reads and checks the whole bundle.
Result<BundleFacts> check_bundle(const std::string& path);

/// Unpacks into `directory`, which is made when it is missing and must else be empty (already_exists).
/// What a refused bundle left is removed.
Result<BundleFacts> unpack_bundle(const std::string& path, const std::string& directory);

/// Writes the bundle beside `path`, synced; `check` looks at that file, and only then it gets its name.
/// Replaces what was at `path`.
Result<BundleFacts> write_bundle_file(const bundle::Manifest& manifest, const bundle::Members& members,
                                      const std::string& path,
                                      const std::function<Status(const std::string&)>& check);

}  // namespace drover::cli
