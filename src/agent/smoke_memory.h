#pragma once

#include <cstdint>
#include <optional>

#include "base/result.h"
#include "bundle/manifest.h"
#include "bundle/worker_client.h"
#include "fs/file_system.h"

namespace drover::agent {

/// How much memory a model may take in the worker, MiB.
struct SmokeMemory {
  std::uint64_t owner_mb = 0;                 // smoke_memory_mb_max; 0: not set
  std::optional<std::uint64_t> asked_mb;      // by the manifest
  std::optional<std::uint64_t> available_mb;  // MemAvailable now
};

/// What the owner says; else what the manifest asks (with a quarter more, since address space is limited and
/// resident memory meant) or the worker's default if that is more, and at most three quarters of what is
/// available: the device's own work goes on beside a model that takes all it can.
std::uint64_t smoke_memory_mb_max(const SmokeMemory& memory);

/// Of limits.memory_mb_max and requires.memory_mb the greater; none where the manifest has neither.
std::optional<std::uint64_t> asked_memory_mb(const bundle::Manifest& manifest);
/// The same of a version on the disk; none when its manifest cannot be read, of which the smoke test will say
/// more.
std::optional<std::uint64_t> asked_memory_mb(fs::FileSystem& files, const fs::Path& version_directory);

/// The worker with what this version's model may take now; its own memory_mb_max is the owner's, or 0.
bundle::WorkerOptions with_memory(bundle::WorkerOptions worker, fs::FileSystem& files,
                                  const fs::Path& version_directory);

/// MemAvailable of /proc/meminfo, MiB.
std::optional<std::uint64_t> available_memory_mb();

}  // namespace drover::agent
