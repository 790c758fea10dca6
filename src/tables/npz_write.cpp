// The zip is written by hand: libarchive's writer puts local time into it.
#include <fmt/format.h>

#include <set>

#include "base/crc32.h"
#include "tables/npz.h"

namespace drover::tables {
namespace {

constexpr std::uint64_t kZip32Max = 0xFFFF'FFFF;

void put(Bytes& out, std::uint64_t value, int width) {
  for (int i = 0; i < width; ++i) out.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
}

void put_text(Bytes& out, std::string_view text) { out.insert(out.end(), text.begin(), text.end()); }

struct Entry {
  std::string name;
  std::uint32_t crc = 0;
  std::uint64_t size = 0, offset = 0;
};

/// What the local and the central header have in common (APPNOTE 4.3.7, 4.3.12): version 2.0, names in
/// UTF-8, stored, 1980-01-01, the earliest date there is.
void put_common(Bytes& out, const Entry& entry) {
  put(out, 20, 2);
  put(out, 0x0800, 2);
  put(out, 0, 2);
  put(out, 0, 2);
  put(out, 0x0021, 2);
  put(out, entry.crc, 4);
  put(out, entry.size, 4);
  put(out, entry.size, 4);
  put(out, entry.name.size(), 2);
  put(out, 0, 2);
}

void put_directory(Bytes& out, const std::vector<Entry>& entries) {
  const std::size_t begin = out.size();
  for (const Entry& entry : entries) {
    put(out, 0x02014b50, 4);
    put(out, 20, 2);
    put_common(out, entry);
    put(out, 0, 6);  // comment, disk, internal attributes
    put(out, 0, 4);
    put(out, entry.offset, 4);
    put_text(out, entry.name);
  }
  const std::size_t size = out.size() - begin;
  put(out, 0x06054b50, 4);
  put(out, 0, 4);
  put(out, entries.size(), 2);
  put(out, entries.size(), 2);
  put(out, size, 4);
  put(out, begin, 4);
  put(out, 0, 2);
}

}  // namespace

Result<Bytes> write_npz(const NamedTensors& tensors) {
  Bytes out;
  std::vector<Entry> entries;
  std::set<std::string_view> names;
  for (const auto& [name, tensor] : tensors) {
    if (name.empty() || name.size() > 1000 || !names.insert(name).second)
      return fail(Code::invalid_argument,
                  fmt::format("\"{}\" is empty, too long or stands twice as an array's name", name));
    const Bytes file = write_npy(tensor);
    entries.push_back({name + ".npy", crc32(file), file.size(), out.size()});
    put(out, 0x04034b50, 4);
    put_common(out, entries.back());
    put_text(out, entries.back().name);
    out.insert(out.end(), file.begin(), file.end());
    if (out.size() > kZip32Max / 2 || entries.size() > 0xFFFE)
      return fail(Code::too_large, "an .npz of more than 2 GiB or 65534 arrays is not written");
  }
  put_directory(out, entries);
  return out;
}

}  // namespace drover::tables
