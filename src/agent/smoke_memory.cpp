#include "agent/smoke_memory.h"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <iterator>

#include "agent/health.h"
#include "bundle/worker_client.h"

namespace drover::agent {
namespace {

constexpr std::uint64_t kLeastMb = 16;
constexpr double kMb = 1e6, kMiB = 1024.0 * 1024.0;

}  // namespace

std::uint64_t smoke_memory_mb_max(const SmokeMemory& memory) {
  if (memory.owner_mb != 0) return memory.owner_mb;
  const std::uint64_t asked = memory.asked_mb.value_or(0);
  const std::uint64_t wanted = std::max(asked + asked / 4, bundle::kWorkerMemoryMb);
  if (!memory.available_mb) return wanted;
  return std::clamp(*memory.available_mb / 4 * 3, kLeastMb, wanted);
}

std::optional<std::uint64_t> asked_memory_mb(const bundle::Manifest& manifest) {
  std::optional<std::uint64_t> asked = manifest.limits.memory_mb_max;
  const auto required = manifest.requirements.find("memory_mb");
  if (required == manifest.requirements.end()) return asked;
  std::uint64_t mb = 0;
  const std::string& text = required->second;
  std::from_chars(text.data(), text.data() + text.size(), mb);
  return std::max(asked.value_or(0), mb);
}

std::optional<std::uint64_t> asked_memory_mb(fs::FileSystem& files, const fs::Path& version_directory) {
  const auto text =
      fs::read_file(files, version_directory / bundle::kManifestPath, bundle::kManifestBytesMax);
  if (!text) return std::nullopt;
  const auto manifest = bundle::parse_manifest(as_text(*text));
  return manifest ? asked_memory_mb(*manifest) : std::nullopt;
}

bundle::WorkerOptions with_memory(bundle::WorkerOptions worker, fs::FileSystem& files,
                                  const fs::Path& version_directory) {
  worker.memory_mb_max = smoke_memory_mb_max({.owner_mb = worker.memory_mb_max,
                                              .asked_mb = asked_memory_mb(files, version_directory),
                                              .available_mb = available_memory_mb()});
  return worker;
}

std::optional<std::uint64_t> available_memory_mb() {
  std::ifstream file("/proc/meminfo");
  const auto free_mb =
      parse_mem_free_mb(std::string{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()});
  if (!free_mb) return std::nullopt;
  return static_cast<std::uint64_t>(*free_mb * kMb / kMiB);
}

}  // namespace drover::agent
