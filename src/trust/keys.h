#pragma once

#include <map>
#include <string>

#include <nlohmann/json.hpp>

#include "base/bytes.h"
#include "base/result.h"

namespace drover::trust {

/// A public key as it stands in metadata (TUF 1.0.34 §4.2.1); fields that we do not know are kept, since they
/// are part of what is signed and of the keyid.
struct Key {
  std::string keytype;       // "ecdsa", "ed25519", "rsa"
  std::string scheme;        // "ecdsa-sha2-nistp256", "ed25519", "rsassa-pss-sha256"
  std::string public_value;  // PEM; for ed25519 64 hexadecimal digits; empty for a kind that has none
  nlohmann::json document;   // the whole object as it was read

  bool operator==(const Key& other) const { return document == other.document; }
};

/// keyid → key. Keyids made by others are taken as they are: they need not be digests of the key.
using Keys = std::map<std::string, Key>;

/// Refuses (bad_key) what lacks keytype, scheme or keyval. A kind of key, a scheme or a PEM that we do not
/// know is no error here: such a key verifies nothing, and the role's other keys may suffice.
Result<Key> parse_key(const nlohmann::json& value);
Key make_key(std::string keytype, std::string scheme, std::string public_value);

/// Lower-case hex SHA-256 of the key's canonical JSON, the keyid of keys that we make (§4.2.1).
std::string keyid_of(const Key& key);

/// What makes two keys the same key, whatever their keyids and unknown fields.
std::string identity_of(const Key& key);

/// True when `signature` (raw bytes; DER for ECDSA) over `message` was made with the private half of `key`.
/// False for anything else: an unknown scheme, a broken PEM, another curve.
bool verifies(const Key& key, ByteView message, ByteView signature);

}  // namespace drover::trust
