#pragma once

#include <stop_token>

#include "base/result.h"
#include "fs/file_system.h"

namespace drover::agent {

/// Unpacks a bundle into a directory that is not there yet, durably, checking every member against the
/// manifest. `stop` is looked at between two pieces. Errors: bundle::read_bundle's, and the disk's.
Status unpack_bundle(fs::FileSystem& files, const fs::Path& bundle, const fs::Path& into,
                     const std::stop_token& stop = {});

}  // namespace drover::agent
