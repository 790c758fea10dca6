#pragma once

// Inside bundle only: the 512-byte headers of a plain ustar (POSIX.1-1988).
#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"

namespace drover::bundle {

inline constexpr std::size_t kTarBlock = 512;
using TarBlock = std::array<std::uint8_t, kTarBlock>;

struct TarEntry {
  std::string path;
  std::uint64_t size = 0;
};

/// The header of a plain file: mode 0644; zero owner, group and time. The path has at most 99 bytes.
TarBlock tar_header(const TarEntry& entry);
/// Zero bytes between a member's end and the next block.
inline std::size_t tar_padding(std::uint64_t size) { return (kTarBlock - size % kTarBlock) % kTarBlock; }

bool is_zero(const TarBlock& block);
/// Reads the header of a plain file; mode, owners and times are ignored. Anything else (a link, a device, a
/// directory, an extension of GNU or pax) is refused with its name and kind, as is a wrong checksum. Error:
/// bad_bundle.
Result<TarEntry> parse_tar_header(const TarBlock& block);

}  // namespace drover::bundle
