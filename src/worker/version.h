#pragma once

#include <string>

#include "bundle/manifest.h"
#include "runtime/engine.h"
#include "worker/samples.h"
#include "worker/verbs.h"

namespace drover::worker {

/// An unpacked version's files are read before the lock-down and parsed after it.
struct VersionFiles {
  bundle::Manifest manifest;
  Bytes model;
};

/// Errors: not_found, io_failed, too_large; bad_manifest with the place.
Result<VersionFiles> read_version(const std::string& directory);
/// The member at `stem` (golden/inputs), .npy or .npz; bad_bundle when the manifest has none.
Result<Bytes> read_table(const std::string& directory, const bundle::Manifest& manifest,
                         std::string_view stem);

/// The delegate that the manifest requires; empty when it requires none.
std::string required_delegate(const bundle::Manifest& manifest);
/// The one to run it with: what was set, else what it requires.
std::string chosen_delegate(const bundle::Manifest& manifest, const Settings& settings);

/// The model has the inputs and outputs that the manifest tells of; else bad_manifest.
Status check_tensors(const bundle::Manifest& manifest, const runtime::Session& session);

/// The table read from `stem`, as tensors or raw images as the manifest says.
Result<Samples> read_samples(const bundle::Manifest& manifest, Bytes table, std::string_view stem,
                             const runtime::Session& session);

/// Runs sample `index`, a stateful model from its beginning, and adds the time it took.
Status run_sample(runtime::Session& session, const Samples& samples, std::size_t index,
                  std::vector<double>& times_us);

}  // namespace drover::worker
