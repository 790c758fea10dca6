#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>

#include "base/bytes.h"
#include "base/result.h"
#include "bundle/manifest.h"

/// A bundle's file: a tar in the plain ustar form with manifest.json first and every other member after it in
/// the order of their paths. docs/formats/bundle.md; why not a general tar reader: docs/adr/0004.
namespace drover::bundle {

struct ArchiveLimits {
  std::uint64_t member_bytes_max = std::uint64_t{2} << 30;
  std::uint64_t bytes_max = std::uint64_t{4} << 30;  // of all members together
  std::size_t members_max = 32;
};

/// Fills `into` from the front and says how much; 0 at the end of the file only.
using Source = std::function<Result<std::size_t>(std::span<std::uint8_t> into)>;

/// Receives a bundle while it streams by. Any failure it returns ends the reading and is returned.
class Visitor {
 public:
  virtual ~Visitor() = default;
  /// Once, before any other call: nothing else of the bundle has been looked at.
  virtual Status manifest(const Manifest&) { return {}; }
  /// A member begins, manifest.json included; its path is one of is_member_path, its size what the manifest
  /// says.
  virtual Status begin(const std::string& path, std::uint64_t size) = 0;
  virtual Status data(ByteView chunk) = 0;
  /// The member is complete and has the SHA-256 that the manifest says. What data() brought is not to be
  /// trusted before.
  virtual Status end() = 0;
};

/// Reads and checks a whole bundle with bounded memory. Refused with the member's name: a path that is
/// absolute, leaves the bundle or is unknown; links, devices, directories; a member twice, out of order,
/// missing or not in the manifest; another size or SHA-256 than the manifest's; what exceeds the limits;
/// bytes after the end. Errors: bad_bundle, bad_manifest, bad_digest, too_large, too_many, and what `source`
/// or `visitor` return.
Result<Manifest> read_bundle(const Source& source, Visitor& visitor, const ArchiveLimits& limits = {});

/// Reads no further than the manifest.
Result<Manifest> read_manifest(const Source& source);

/// A bundle in memory.
Source source_of(ByteView bytes);
/// A file of this machine; not_found or io_failed.
Result<Source> open_source(const std::string& path);

/// True when the first 512 bytes look like a bundle's: files are known by content, not by name.
bool is_bundle(ByteView head);

/// Takes the archive's bytes in order.
using Sink = std::function<Status(ByteView)>;
/// Path → content of each member but the manifest.
using Members = std::map<std::string, Bytes>;

/// Fills in manifest.members and writes the bundle: zero times, owners and groups, mode 0644, so that equal
/// content has equal bytes on every machine. Returns the file's SHA-256: the bundle's digest.
/// Errors: invalid_argument for a path that is not a member's, and what `sink` returns.
Result<Digest> write_bundle(Manifest manifest, const Members& members, const Sink& sink);

}  // namespace drover::bundle
