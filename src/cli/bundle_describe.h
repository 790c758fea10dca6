#pragma once

#include <string>

#include "bundle/worker_client.h"
#include "cli/bundle_files.h"
#include "cli/command.h"

namespace drover::cli {

/// Name, version, variant, digest, size and date.
nlohmann::ordered_json facts_json(const BundleFacts& facts);
std::string facts_text(const BundleFacts& facts);

/// Checks a bundle and shows what its manifest says and what its model is. Errors: the bundle's and the
/// worker's.
Result<Answer> inspect_bundle(const std::string& path, const bundle::WorkerOptions& options);

}  // namespace drover::cli
