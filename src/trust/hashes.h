#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "base/bytes.h"
#include "base/digest.h"
#include "base/result.h"

namespace drover::trust {

/// Algorithm name → lower-case hex digest, as metadata has them: "sha256", "sha512"; others are carried, not
/// checked.
using Hashes = std::map<std::string, std::string>;

/// Checks bytes that come in pieces against the length and the hashes that signed metadata names.
class HashCheck {
 public:
  /// At least one of sha256 and sha512 must be among `hashes`, else finish() fails. `length` absent: any.
  HashCheck(std::optional<std::uint64_t> length, Hashes hashes);
  ~HashCheck();
  HashCheck(HashCheck&&) noexcept;
  HashCheck& operator=(HashCheck&&) noexcept;

  /// bad_length as soon as there is a byte too many (TUF 1.0.34 §5.7.3: endless data).
  Status update(ByteView bytes);
  /// bad_length, bad_digest.
  Status finish();
  [[nodiscard]] std::uint64_t received() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// The same at once.
Status check_hashes(ByteView bytes, std::optional<std::uint64_t> length, const Hashes& hashes);
/// What we write: {"sha256": …}.
Hashes hashes_of(ByteView bytes);

}  // namespace drover::trust
