#pragma once

#include <bit>
#include <cstring>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "base/bytes.h"
#include "base/result.h"

/// The bytes of a detector's or sketch's state: a four-letter kind, a version, fields little-endian one after
/// another. docs/formats/detector.md has each kind's fields.
namespace drover::drift {

static_assert(std::endian::native == std::endian::little, "checkpoints are written as they lie in memory");

class CheckpointWriter {
 public:
  CheckpointWriter(std::string_view kind, std::uint32_t version);
  template <typename T>
    requires(std::is_arithmetic_v<T>)
  CheckpointWriter& put(T value) {
    const auto* at = reinterpret_cast<const std::uint8_t*>(&value);
    bytes_.insert(bytes_.end(), at, at + sizeof value);
    return *this;
  }
  template <typename Range>
    requires(!std::is_arithmetic_v<Range>)
  CheckpointWriter& put(const Range& values) {
    for (const auto& value : values) put(value);
    return *this;
  }
  Bytes take() && { return std::move(bytes_); }

 private:
  Bytes bytes_;
};

/// Reads what the writer wrote. A field that is not there reads as zero and is told by finish(), so that a
/// reader reads as straight as the writer writes.
class CheckpointReader {
 public:
  /// Errors of finish(): bad_state for another kind, unsupported for another version.
  CheckpointReader(ByteView bytes, std::string_view kind, std::uint32_t version);
  template <typename T>
    requires(std::is_arithmetic_v<T>)
  CheckpointReader& get(T& value) {
    if (left_.size() < sizeof value) {
      short_ = true;
      value = 0;
      return *this;
    }
    std::memcpy(&value, left_.data(), sizeof value);
    left_ = left_.subspan(sizeof value);
    return *this;
  }
  template <typename Range>
    requires(!std::is_arithmetic_v<Range>)
  CheckpointReader& get(Range& values) {
    for (auto& value : values) get(value);
    return *this;
  }
  /// The next `count` bytes as they stand; none where there are fewer.
  ByteView bytes(std::size_t count) {
    if (left_.size() < count) {
      short_ = true;
      return {};
    }
    const ByteView taken = left_.first(count);
    left_ = left_.subspan(count);
    return taken;
  }
  /// Whether the kind was right, nothing was missing and nothing is left over.
  [[nodiscard]] Result<void> finish() const;

 private:
  ByteView left_;
  std::string_view kind_;
  std::string wrong_;
  Code code_ = Code::bad_state;
  bool short_ = false;
};

}  // namespace drover::drift
