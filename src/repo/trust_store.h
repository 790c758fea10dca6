#pragma once

#include <optional>
#include <string_view>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/result.h"
#include "fs/file_system.h"

namespace drover::repo {

/// A client's trusted metadata on disk: `DIRECTORY/ROLE.json`, unversioned, byte for byte as it was served,
/// the role's name percent-encoded. Each file is replaced atomically, and any mixture of old and new files is
/// a state from which the next refresh goes on.
class TrustStore {
 public:
  TrustStore(fs::FileSystem& files, fs::Path directory) : files_(files), directory_(std::move(directory)) {}

  /// Installs the root that everything else hangs on (given at install, never fetched; TUF 1.0.34 §5.2).
  /// Refuses (already_exists) another one where there is one. Makes the directory.
  [[nodiscard]] Status init(ByteView root) const;
  /// nullopt when there is none.
  [[nodiscard]] Result<std::optional<Bytes>> load(std::string_view role, std::uint64_t bytes_max) const;
  [[nodiscard]] Status save(std::string_view role, ByteView bytes) const;
  [[nodiscard]] Status remove(std::string_view role) const;
  [[nodiscard]] const fs::Path& directory() const { return directory_; }

 private:
  [[nodiscard]] fs::Path path(std::string_view role) const;
  fs::FileSystem& files_;
  fs::Path directory_;
};

/// The newest `issued` in the stored root and targets roles whose signatures hold, whatever has expired
/// since: a floor for trusted time that needs no network and believes no clock. nullopt when there is none.
Result<std::optional<UnixTime>> newest_issued(const TrustStore& store);

}  // namespace drover::repo
