#include "tables/npz.h"

#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>

#include <algorithm>

namespace drover::tables {
namespace {

using Reader = std::unique_ptr<archive, decltype([](archive* a) { archive_read_free(a); })>;

std::unexpected<Error> zip_error(archive* reader) {
  const char* text = archive_error_string(reader);
  return fail(Code::bad_table, fmt::format(".npz: {}", text == nullptr ? "the zip cannot be read" : text));
}

Result<Reader> open_zip(ByteView file) {
  if (!is_npz(file)) return fail(Code::bad_table, "not an .npz file (it does not begin as a zip)");
  Reader reader(archive_read_new());
  if (!reader) return fail(Code::out_of_memory, ".npz: no memory for a zip reader");
  archive_read_support_format_zip(reader.get());
  if (archive_read_open_memory(reader.get(), file.data(), file.size()) != ARCHIVE_OK)
    return zip_error(reader.get());
  return reader;
}

/// The member's bytes, whatever size the zip claims.
Result<Bytes> read_member(archive* reader, std::uint64_t bytes_max) {
  Bytes bytes;
  std::array<std::uint8_t, 1 << 16> chunk;
  for (;;) {
    const la_ssize_t got = archive_read_data(reader, chunk.data(), chunk.size());
    if (got < 0) return zip_error(reader);
    if (got == 0) return bytes;
    if (static_cast<std::uint64_t>(got) > bytes_max - bytes.size())
      return fail(Code::too_large, fmt::format("unpacks to more than {} bytes", bytes_max));
    bytes.insert(bytes.end(), chunk.begin(), chunk.begin() + got);
  }
}

Result<std::string> array_name(archive_entry* entry) {
  const char* path = archive_entry_pathname_utf8(entry);
  if (path == nullptr) return fail(Code::bad_table, ".npz: a member has no readable name");
  std::string name = path;
  if (!name.ends_with(".npy") || name.size() == 4)
    return fail(Code::bad_table, fmt::format(".npz: the member \"{}\" is no .npy", name.substr(0, 80)));
  if (archive_entry_filetype(entry) != AE_IFREG || archive_entry_is_data_encrypted(entry) != 0)
    return fail(Code::bad_table, fmt::format(".npz: \"{}\" is not a plain file", name.substr(0, 80)));
  name.resize(name.size() - 4);
  return name;
}

bool has(const NamedTensors& tensors, std::string_view name) {
  return std::ranges::any_of(tensors, [&](const NamedTensor& t) { return t.name == name; });
}

/// Adds the entry's array to `tensors`; `room` is what all arrays may still take.
Status add_array(archive* reader, archive_entry* entry, const NpzLimits& limits, std::uint64_t& room,
                 NamedTensors& tensors) {
  std::string name = DROVER_TRY(array_name(entry));
  if (has(tensors, name))
    return fail(Code::bad_table, fmt::format(".npz: the array \"{}\" stands twice", name));
  if (tensors.size() == limits.arrays_max)
    return fail(Code::too_many, fmt::format(".npz: more than {} arrays", limits.arrays_max));
  const std::uint64_t member_max = limits.array.bytes_max + limits.array.header_max + 12;
  const Bytes file = DROVER_TRY(read_member(reader, std::min(room, member_max)).in(name + ".npy"));
  room -= file.size();
  tensors.push_back({name, DROVER_TRY(read_npy(file, limits.array).in(name + ".npy"))});
  return {};
}

}  // namespace

bool is_npz(ByteView file) {
  return as_text(file).starts_with("PK\x03\x04") || as_text(file).starts_with("PK\x05\x06");
}

Result<NamedTensors> read_npz(ByteView file, const NpzLimits& limits) {
  const Reader reader = DROVER_TRY(open_zip(file));
  NamedTensors tensors;
  std::uint64_t room = limits.bytes_max;
  for (;;) {
    archive_entry* entry = nullptr;
    const int status = archive_read_next_header(reader.get(), &entry);
    if (status == ARCHIVE_EOF) return tensors;
    if (status != ARCHIVE_OK) return zip_error(reader.get());
    DROVER_TRY(add_array(reader.get(), entry, limits, room, tensors));
  }
}

Result<NamedTensors> read_tensors(ByteView file, const NpzLimits& limits) {
  if (is_npz(file)) return read_npz(file, limits);
  if (!is_npy(file))
    return fail(Code::bad_table, "neither .npy nor .npz; make it with numpy.save or numpy.savez");
  NamedTensors tensors;
  tensors.push_back({"", DROVER_TRY(read_npy(file, limits.array))});
  return tensors;
}

}  // namespace drover::tables
