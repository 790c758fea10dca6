#pragma once

#include <array>
#include <compare>
#include <memory>
#include <string>
#include <string_view>

#include "base/bytes.h"

namespace drover {

/// A SHA-256: the only identity of a bundle that a device believes.
struct Digest {
  std::array<std::uint8_t, 32> bytes{};

  auto operator<=>(const Digest&) const = default;
  /// 64 lower-case hexadecimal digits.
  [[nodiscard]] std::string hex() const { return drover::hex(bytes); }
};

Result<Digest> parse_digest(std::string_view hex);
Digest sha256(ByteView bytes);
inline Digest sha256(std::string_view text) { return sha256(as_bytes(text)); }

/// SHA-256 of bytes that come in pieces.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;
  void update(ByteView bytes);
  /// Ends the computation; the object is then as new.
  Digest finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace drover
