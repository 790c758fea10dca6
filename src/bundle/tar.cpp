#include "bundle/tar.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <optional>

#include "base/assert.h"

namespace drover::bundle {
namespace {

/// A field of the header: where it begins and how long it is.
struct Field {
  std::size_t at, size;
};
constexpr Field kName{0, 100}, kMode{100, 8}, kUid{108, 8}, kGid{116, 8}, kSize{124, 12}, kTime{136, 12},
    kChecksum{148, 8}, kType{156, 1}, kMagic{257, 8}, kPrefix{345, 155};
constexpr std::string_view kUstar("ustar\00000", 8), kGnu("ustar  \0", 8);

std::string_view field(const TarBlock& block, Field where) {
  return as_text(ByteView(block).subspan(where.at, where.size));
}

std::string text(const TarBlock& block, Field where) {
  const std::string_view all = field(block, where);
  return std::string(all.substr(0, all.find('\0')));
}

std::optional<std::uint64_t> octal(std::string_view digits) {
  std::uint64_t value = 0;
  std::size_t seen = 0;
  while (!digits.empty() && digits.front() == ' ') digits.remove_prefix(1);
  for (; seen < digits.size() && digits[seen] >= '0' && digits[seen] <= '7'; ++seen)
    value = value * 8 + static_cast<std::uint64_t>(digits[seen] - '0');
  if (seen == 0 || digits.find_first_not_of(std::string_view("\0 ", 2), seen) != std::string_view::npos)
    return std::nullopt;
  return value;
}

/// The sum of the header's bytes with blanks in the checksum's place.
std::uint64_t checksum(const TarBlock& block) {
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < block.size(); ++i)
    sum += i >= kChecksum.at && i < kChecksum.at + kChecksum.size ? std::uint64_t{' '} : block[i];
  return sum;
}

void put(TarBlock& block, Field where, std::string_view value) {
  DROVER_ASSERT(value.size() <= where.size);
  std::memcpy(block.data() + where.at, value.data(), value.size());
}

std::string_view kind(char type) {
  switch (type) {
    case '1':
      return "a hard link";
    case '2':
      return "a symbolic link";
    case '3':
    case '4':
      return "a device";
    case '5':
      return "a directory";
    case '6':
      return "a pipe";
    case 'x':
    case 'g':
      return "a pax extension";
    case 'L':
    case 'K':
    case 'S':
      return "a GNU extension";
    default:
      return "of an unknown kind";
  }
}

/// A name as it may be shown: hostile ones have control characters or no end.
std::string shown(std::string_view name) {
  std::string safe(name.substr(0, 120));
  for (char& c : safe)
    if (c < ' ' || c > '~') c = '?';
  return safe;
}

}  // namespace

TarBlock tar_header(const TarEntry& entry) {
  TarBlock block{};
  put(block, kName, entry.path);
  put(block, kMode, "0000644");
  put(block, kUid, "0000000");
  put(block, kGid, "0000000");
  put(block, kSize, fmt::format("{:011o}", entry.size));
  put(block, kTime, "00000000000");
  put(block, kType, "0");
  put(block, kMagic, kUstar);
  put(block, kChecksum, fmt::format("{:06o}", checksum(block)) + std::string("\0 ", 2));
  return block;
}

bool is_zero(const TarBlock& block) {
  return std::ranges::all_of(block, [](std::uint8_t byte) { return byte == 0; });
}

Result<TarEntry> parse_tar_header(const TarBlock& block) {
  const std::string_view magic = field(block, kMagic);
  if ((magic != kUstar && magic != kGnu) || octal(field(block, kChecksum)) != checksum(block))
    return fail(Code::bad_bundle, "a header of the archive is damaged, or this is no bundle");
  std::string path = text(block, kName);
  if (const std::string prefix = magic == kUstar ? text(block, kPrefix) : ""; !prefix.empty())
    path = prefix + "/" + path;
  const char type = field(block, kType)[0];
  if (type != '0' && type != '\0')
    return fail(Code::bad_bundle,
                fmt::format("{}: is {}; a bundle has plain files only", shown(path), kind(type)));
  const auto size = octal(field(block, kSize));
  if (!size) return fail(Code::bad_bundle, fmt::format("{}: its size cannot be read", shown(path)));
  return TarEntry{shown(path), *size};
}

}  // namespace drover::bundle
