#pragma once

#include "cli/registry.h"

namespace drover::cli {

/// A repository behind a server: the offline keys sign here, the server adds snapshot and timestamp. What it
/// says of its repository is verified from the operator's own copy of the first root on.
Result<std::unique_ptr<Registry>> open_server_registry(const RegistryOptions& options);

}  // namespace drover::cli
