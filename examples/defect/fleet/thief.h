#pragma once

#include <filesystem>
#include <string>

#include "base/result.h"

namespace drover::defect {

/// What a thief of the server can make: `repository`, a copy of the genuine one, offers what the thief's own
/// `stranger` repository offers of the model. Snapshot and timestamp are signed by the server's stolen online
/// keys and hold; the model's role is signed by the stranger's targets key, for the genuine one is not on the
/// server. Returns the name of the role that does not hold.
Result<std::string> forge_model_role(const std::filesystem::path& repository,
                                     const std::filesystem::path& server_keys,
                                     const std::filesystem::path& stranger);

}  // namespace drover::defect
