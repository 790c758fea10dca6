#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "bundle/archive.h"
#include "bundle/tar.h"

namespace drover::bundle {
namespace {

/// Why a path cannot be a member's.
std::string path_problem(std::string_view path) {
  if (path.starts_with('/')) return "an absolute path";
  if (path == ".." || path.starts_with("../") || path.find("/../") != std::string_view::npos ||
      path.ends_with("/.."))
    return "a path that leaves the bundle";
  return "a bundle has no such member";
}

/// One pass over the archive; every step checks before anything reaches the visitor.
class Reading {
 public:
  Reading(const Source& source, const ArchiveLimits& limits) : source_(source), limits_(limits) {}

  /// The manifest and its text, which must be the first member.
  Result<std::pair<Manifest, std::string>> read_manifest() {
    const auto entry = DROVER_TRY(next_entry());
    if (!entry || entry->path != kManifestPath)
      return fail(Code::bad_bundle, fmt::format("manifest.json must be the first member, here it is {}",
                                                entry ? entry->path : "missing"));
    if (entry->size > kManifestBytesMax)
      return fail(Code::too_large,
                  fmt::format("manifest.json: {} bytes, at most {} allowed", entry->size, kManifestBytesMax));
    std::string text(entry->size, '\0');
    DROVER_TRY(fill({reinterpret_cast<std::uint8_t*>(text.data()), text.size()}).in(kManifestPath));
    DROVER_TRY(skip_padding(*entry));
    Manifest manifest = DROVER_TRY(parse_manifest(text).in(kManifestPath));
    return std::pair{std::move(manifest), std::move(text)};
  }

  Status check_limits(const Manifest& manifest) const {
    std::uint64_t total = 0;
    for (const auto& [path, member] : manifest.members) {
      if (member.size > limits_.member_bytes_max)
        return fail(Code::too_large, fmt::format("{}: {} bytes, at most {} allowed", path, member.size,
                                                 limits_.member_bytes_max));
      total += member.size;
      if (total > limits_.bytes_max)
        return fail(Code::too_large,
                    fmt::format("{}: with it the bundle exceeds {} bytes", path, limits_.bytes_max));
    }
    if (manifest.members.size() > limits_.members_max)
      return fail(Code::too_many, fmt::format("{} members, at most {} allowed", manifest.members.size(),
                                              limits_.members_max));
    return {};
  }

  /// The members in the order of their paths, which is the manifest's own.
  Status read_members(const Manifest& manifest, Visitor& visitor) {
    auto expected = manifest.members.begin();
    while (const auto entry = DROVER_TRY(next_entry())) {
      DROVER_TRY(check_entry(*entry, manifest, expected));
      DROVER_TRY(read_member(*entry, expected->second, visitor));
      ++expected;
    }
    if (expected != manifest.members.end())
      return fail(Code::bad_bundle,
                  fmt::format("{}: missing, though the manifest names it", expected->first));
    return read_end();
  }

 private:
  using Expected = std::map<std::string, Member>::const_iterator;

  static Status check_entry(const TarEntry& entry, const Manifest& manifest, Expected expected) {
    const auto found = manifest.members.find(entry.path);
    if (found == manifest.members.end()) {
      const bool known = is_member_path(entry.path) || entry.path == kManifestPath;
      return fail(Code::bad_bundle, fmt::format("{}: {}", entry.path,
                                                entry.path == kManifestPath ? "a second manifest"
                                                : known                     ? "not named by the manifest"
                                                                            : path_problem(entry.path)));
    }
    if (expected == manifest.members.end() || entry.path < expected->first)
      return fail(Code::bad_bundle, fmt::format("{}: stands twice or out of order", entry.path));
    if (entry.path != expected->first)
      return fail(Code::bad_bundle, fmt::format("{}: missing or out of order (in its place is {})",
                                                expected->first, entry.path));
    if (entry.size != found->second.size)
      return fail(Code::bad_bundle, fmt::format("{}: {} bytes, the manifest says {}", entry.path, entry.size,
                                                found->second.size));
    return {};
  }

  Status read_member(const TarEntry& entry, const Member& member, Visitor& visitor) {
    DROVER_TRY(visitor.begin(entry.path, entry.size));
    Sha256 hash;
    Bytes chunk(std::min<std::uint64_t>(entry.size, 1 << 16));
    for (std::uint64_t left = entry.size; left > 0;) {
      const auto piece = std::span(chunk).first(std::min<std::uint64_t>(left, chunk.size()));
      DROVER_TRY(fill(piece).in(entry.path));
      hash.update(piece);
      DROVER_TRY(visitor.data(piece));
      left -= piece.size();
    }
    if (const Digest digest = hash.finish(); digest != member.sha256)
      return fail(Code::bad_digest, fmt::format("{}: SHA-256 is {}, the manifest says {}", entry.path,
                                                digest.hex(), member.sha256.hex()));
    DROVER_TRY(skip_padding(entry));
    return visitor.end();
  }

  /// The next header; nothing at the end-of-archive block.
  Result<std::optional<TarEntry>> next_entry() {
    TarBlock block;
    DROVER_TRY(fill(block));
    if (is_zero(block)) return std::optional<TarEntry>();
    return std::optional(DROVER_TRY(parse_tar_header(block)));
  }

  Status skip_padding(const TarEntry& entry) {
    TarBlock rest{};
    const auto padding = std::span(rest).first(tar_padding(entry.size));
    DROVER_TRY(fill(padding).in(entry.path));
    if (!is_zero(rest))
      return fail(Code::bad_bundle, fmt::format("{}: bytes between the members", entry.path));
    return {};
  }

  /// The second zero block, then nothing but zero blocks (tar pads to 10 KiB), at most 20.
  Status read_end() {
    TarBlock block;
    DROVER_TRY(fill(block));
    for (int blocks = 0; is_zero(block); ++blocks) {
      const std::size_t got = DROVER_TRY(fill_some(block));
      if (got == 0) return {};
      if (got < block.size() || blocks == 20) break;
    }
    return fail(Code::bad_bundle, "bytes after the end of the archive");
  }

  Result<std::size_t> fill_some(std::span<std::uint8_t> into) {
    std::size_t done = 0;
    while (done < into.size()) {
      const std::size_t got = DROVER_TRY(source_(into.subspan(done)));
      if (got == 0) break;
      done += got;
    }
    return done;
  }

  Status fill(std::span<std::uint8_t> into) {
    if (DROVER_TRY(fill_some(into)) != into.size())
      return fail(Code::bad_bundle, "the bundle ends too early");
    return {};
  }

  const Source& source_;
  const ArchiveLimits& limits_;
};

}  // namespace

Result<Manifest> read_bundle(const Source& source, Visitor& visitor, const ArchiveLimits& limits) {
  Reading reading(source, limits);
  const auto [manifest, text] = DROVER_TRY(reading.read_manifest());
  DROVER_TRY(reading.check_limits(manifest));
  DROVER_TRY(visitor.manifest(manifest));
  DROVER_TRY(visitor.begin(std::string(kManifestPath), text.size()));
  DROVER_TRY(visitor.data(as_bytes(text)));
  DROVER_TRY(visitor.end());
  DROVER_TRY(reading.read_members(manifest, visitor));
  return manifest;
}

Result<Manifest> read_manifest(const Source& source) {
  return DROVER_TRY(Reading(source, {}).read_manifest()).first;
}

bool is_bundle(ByteView head) {
  if (head.size() < kTarBlock) return false;
  TarBlock block;
  std::ranges::copy(head.first(kTarBlock), block.begin());
  const auto entry = parse_tar_header(block);
  return entry && entry->path == kManifestPath;
}

}  // namespace drover::bundle
