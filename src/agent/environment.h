#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "bundle/worker_protocol.h"
#include "lifecycle/record.h"

namespace drover::agent {

/// What tells one file from another that was put in its place: "SIZE bytes, INODE, TIME of its last change";
/// "missing" when it is not there.
std::string file_mark(const std::string& path);

/// NAME, VERSION_ID and BUILD_ID or IMAGE_VERSION, in one line, of an os-release file's text.
std::string os_of(std::string_view os_release);

/// What the golden samples' outcome depends on here: `engine`, `library`, `delegates`, `kernel`, `os`.
lifecycle::Environment environment_of(const Result<bundle::AboutReport>& engine);

}  // namespace drover::agent
