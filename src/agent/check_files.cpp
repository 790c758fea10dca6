#include "agent/check_files.h"

#include <fmt/format.h>

#include "agent/background.h"
#include "bundle/manifest.h"

namespace drover::agent {
namespace {

constexpr std::size_t kPiece = 64 * 1024;

Status check_member(fs::FileSystem& files, const fs::Path& path, const bundle::Member& expected,
                    const std::stop_token& stop) {
  const auto file = DROVER_TRY(files.open(path, fs::Open::read));
  Sha256 hash;
  Bytes piece(kPiece);
  std::uint64_t size = 0;
  while (true) {
    if (stop.stop_requested()) return fail(stopped());
    const std::size_t got = DROVER_TRY(file->read_at(size, piece));
    if (got == 0) break;
    hash.update(ByteView(piece).first(got));
    size += got;
    if (size > expected.size) break;
  }
  if (size != expected.size)
    return fail(Code::bad_length,
                fmt::format("{}: not the {} bytes that its manifest names", path.string(), expected.size));
  if (const Digest digest = hash.finish(); digest != expected.sha256)
    return fail(Code::bad_digest, fmt::format("{}: SHA-256 is {}, its manifest names {}", path.string(),
                                              digest.hex(), expected.sha256.hex()));
  return {};
}

}  // namespace

Result<Digest> check_files(fs::FileSystem& files, const fs::Path& version_directory,
                           const std::optional<Digest>& manifest, const std::stop_token& stop) {
  const fs::Path path = version_directory / bundle::kManifestPath;
  const Bytes text = DROVER_TRY(fs::read_file(files, path, bundle::kManifestBytesMax));
  const Digest digest = sha256(as_text(text));
  if (manifest && digest != *manifest)
    return fail(Code::bad_digest, fmt::format("{}: SHA-256 is {}, it was {} when it was installed",
                                              path.string(), digest.hex(), manifest->hex()));
  const auto parsed = DROVER_TRY(bundle::parse_manifest(as_text(text)).in(path.string()));
  for (const auto& [member, expected] : parsed.members)
    DROVER_TRY(check_member(files, version_directory / member, expected, stop));
  return digest;
}

}  // namespace drover::agent
