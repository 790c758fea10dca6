#pragma once

#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"

/// FlatBuffers read without trust: every offset and length is checked against the file before use, so that no
/// byte of it can lead outside. (flatbuffers.dev/internals: a table begins with the distance back to its
/// vtable, whose 16-bit entries say where each field lies.)
namespace drover::runtime::flat {

class Table;

/// A vector in the file: where its elements begin and how many there are.
struct Vector {
  std::size_t at = 0;
  std::size_t count = 0;
};

/// The file's bytes with checked reads. `where` in a call names the thing for the error: "tensor 7's shape".
class File {
 public:
  explicit File(ByteView bytes) : bytes_(bytes) {}

  [[nodiscard]] ByteView bytes() const { return bytes_; }
  /// Error: bad_model when [at, at + size) is not within the file.
  [[nodiscard]] Status check(std::size_t at, std::size_t size, std::string_view where) const;

  template <class T>
  [[nodiscard]] Result<T> read(std::size_t at, std::string_view where) const {
    if (const Status status = check(at, sizeof(T), where); !status) return fail(status.error());
    T value;
    std::memcpy(&value, bytes_.data() + at, sizeof(T));
    return value;
  }
  /// The place that the 32-bit offset stored at `at` points to.
  [[nodiscard]] Result<std::size_t> follow(std::size_t at, std::string_view where) const;
  [[nodiscard]] Result<Table> table(std::size_t at, std::string_view where) const;
  [[nodiscard]] Result<Table> root() const;

 private:
  ByteView bytes_;
};

/// One table; a field that is absent has its default.
class Table {
 public:
  Table(const File& file, std::size_t at, std::size_t vtable, std::uint16_t vtable_size, std::uint16_t size)
      : file_(&file), at_(at), vtable_(vtable), vtable_size_(vtable_size), size_(size) {}

  template <class T>
  [[nodiscard]] Result<T> scalar(unsigned field, T absent, std::string_view where) const {
    const std::optional<std::size_t> place = DROVER_TRY(find(field, sizeof(T), where));
    if (!place) return absent;
    return file_->read<T>(*place, where);
  }
  /// A vector whose elements are `element_size` bytes; empty when absent.
  [[nodiscard]] Result<Vector> vector(unsigned field, std::size_t element_size, std::string_view where) const;
  [[nodiscard]] Result<std::optional<Table>> table(unsigned field, std::string_view where) const;
  /// The first 200 bytes at most.
  [[nodiscard]] Result<std::string> string(unsigned field, std::string_view where) const;
  [[nodiscard]] bool has(unsigned field) const;

 private:
  [[nodiscard]] Result<std::optional<std::size_t>> find(unsigned field, std::size_t size,
                                                        std::string_view where) const;

  const File* file_;
  std::size_t at_, vtable_;
  std::uint16_t vtable_size_, size_;
};

}  // namespace drover::runtime::flat
