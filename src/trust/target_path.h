#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "trust/metadata.h"

namespace drover::trust {

/// Refuses (bad_metadata) a target path that could leave its directory: empty, absolute, with an empty, "."
/// or
/// ".." segment, a backslash, a control character, or longer than 1024 bytes.
Status check_target_path(std::string_view path);

/// TUF 1.0.34 §4.5: shell-style patterns (`*`, `?`) that match within one path segment.
bool path_matches(std::string_view pattern, std::string_view path);
/// Whether a delegation may speak about `path`, by patterns or by hash prefixes.
bool is_delegated_path(const DelegatedRole& role, std::string_view path);

/// A role name as it stands in URLs and on disk: everything but [A-Za-z0-9_.~-] percent-encoded, so that no
/// name leaves its directory.
std::string encoded_role(std::string_view role);

}  // namespace drover::trust
