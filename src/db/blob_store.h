#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/digest.h"
#include "base/result.h"
#include "fs/file_system.h"

namespace drover::db {

struct Blob {
  fs::Path file = {};
  std::uint64_t size = 0;
};

/// Files under relative names ("targets/models/defect/1.0.0/…"), each written whole or not at all.
/// Errors: invalid_argument for a name that leads elsewhere, bad_digest, disk_full, io_failed.
class BlobStore {
 public:
  virtual ~BlobStore() = default;
  /// Takes over the file at `source` (on the same disk) after checking its digest; replaces what is there.
  virtual Status put(const std::string& name, const fs::Path& source, const Digest& digest) = 0;
  virtual Result<std::optional<Blob>> find(const std::string& name) = 0;
  virtual Result<std::vector<std::string>> list(const std::string& directory) = 0;
  virtual Status remove(const std::string& name) = 0;
};

/// The SHA-256 of a file's bytes, read in pieces.
Result<Digest> file_digest(fs::FileSystem& files, const fs::Path& path);

std::unique_ptr<BlobStore> make_directory_blob_store(fs::FileSystem& files, fs::Path directory);

/// Refuses names that are absolute, empty, too long, hidden, or have characters outside [A-Za-z0-9._+-/].
Status check_blob_name(const std::string& name);

}  // namespace drover::db
