#pragma once

#include <optional>
#include <stop_token>

#include "base/digest.h"
#include "base/result.h"
#include "fs/file_system.h"

namespace drover::agent {

/// Reads every file of an unpacked bundle and compares it with what its manifest names, and the manifest with
/// its own SHA-256 where that is known; returns the latter. `stop` is looked at between two pieces. Errors
/// name the file: bad_digest, bad_length, bad_manifest, not_found, and the disk's, which also mean that the
/// version is damaged.
Result<Digest> check_files(fs::FileSystem& files, const fs::Path& version_directory,
                           const std::optional<Digest>& manifest, const std::stop_token& stop = {});

}  // namespace drover::agent
