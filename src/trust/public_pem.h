#pragma once

#include <string_view>

#include "trust/keys.h"

namespace drover::trust {

/// A public key as other programs write it (SubjectPublicKeyInfo in PEM: `openssl pkey -pubout`, `pkcs11-tool
/// --read-object`): ECDSA P-256, Ed25519, or RSA of 2048 bits or more, for PSS. Errors: bad_key.
Result<Key> key_from_pem(std::string_view pem);

}  // namespace drover::trust
