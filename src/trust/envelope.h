#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "base/bytes.h"
#include "base/result.h"
#include "trust/metadata.h"
#include "trust/private_key.h"

namespace drover::trust {

/// Most bytes of a file of each role that we read (TUF 1.0.34 §5.3.3, §5.4.1, §5.5.1, §5.6.1: endless data).
inline constexpr std::uint64_t kRootBytesMax = 512'000;
inline constexpr std::uint64_t kTimestampBytesMax = 16'384;
inline constexpr std::uint64_t kSnapshotBytesMax = 2'000'000;
inline constexpr std::uint64_t kTargetsBytesMax = 5'000'000;

struct Signature {
  std::string keyid = {};
  std::string sig = {};  // hexadecimal
  nlohmann::json unknown = nlohmann::json::object();
};

/// A metadata file: what is signed, and by whom (§4.2.1).
struct Envelope {
  nlohmann::json body = {};  // "signed"
  std::vector<Signature> signatures = {};
  nlohmann::json unknown = nlohmann::json::object();
};

/// Refuses (bad_metadata, too_large) what is no such file and a keyid that stands twice in `signatures`.
Result<Envelope> parse_envelope(ByteView bytes, std::uint64_t bytes_max);
/// The file's bytes: JSON with two spaces of indent, and a line end.
std::string to_text(const Envelope& envelope);

/// Signs what stands in it; a signature of the same key is replaced.
/// Errors: those of PrivateKey::sign.
Status sign(Envelope& envelope, const PrivateKey& key);
/// to_text(…) of `role` signed by all of `keys`.
template <class Role>
Result<std::string> sign(const Role& role, const std::vector<PrivateKey>& keys) {
  Envelope envelope{.body = to_json(role)};
  for (const PrivateKey& key : keys) DROVER_TRY(sign(envelope, key));
  return to_text(envelope);
}

/// bad_signature unless at least `role.threshold` different keys of `role` signed (§5.3.4, §5.4.2, §5.5.3,
/// §5.6.3). One key under two keyids counts once; a signature that does not verify is ignored.
Status verify(const Envelope& envelope, const Keys& keys, const RoleKeys& role, std::string_view role_name);

}  // namespace drover::trust
