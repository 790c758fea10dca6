#pragma once

#include <functional>
#include <map>
#include <string>

#include "repo/repository.h"

namespace drover::repo {

/// Reads a file of metadata/, or fails with not_found.
using ReadMetadata = std::function<Result<Bytes>(const std::string& name, std::uint64_t bytes_max)>;

/// From a repository's directory, with `overlay` laid over it: what the repository is to become can be read
/// before it is written.
ReadMetadata metadata_reader(fs::FileSystem& files, fs::Path directory,
                             std::map<std::string, std::string> overlay = {});

/// All roles of a repository, verified from 1.root.json on, at the beginning of time, when nothing has
/// expired. With `seen`, as a client that has seen that state: nothing may go back.
Result<trust::TrustedSet> load_metadata(const ReadMetadata& read, const trust::TrustedSet* seen = nullptr);

}  // namespace drover::repo
