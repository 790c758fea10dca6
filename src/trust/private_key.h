#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "trust/keys.h"

struct evp_pkey_st;

namespace drover::trust {

/// A key that signs: ECDSA P-256 (what we make) or Ed25519. Text in, text out; files are the caller's
/// business.
class PrivateKey {
 public:
  static PrivateKey generate();  // ECDSA P-256
  /// A key that stays in a hardware token and signs there: OpenSSL's handle of it, which may carry with it
  /// what it needs open.
  static Result<PrivateKey> in_token(std::shared_ptr<evp_pkey_st> handle);
  /// PKCS#8 PEM, encrypted or plain. bad_key when it is not one or the passphrase is wrong.
  static Result<PrivateKey> from_pem(std::string_view pem, std::string_view passphrase = {});

  /// PKCS#8 PEM, encrypted (AES-256-CBC, PBKDF2) when a passphrase is given. Not of a key in a token.
  [[nodiscard]] std::string to_pem(std::string_view passphrase = {}) const;
  [[nodiscard]] const Key& public_key() const { return public_key_; }
  [[nodiscard]] const std::string& keyid() const { return keyid_; }
  /// Raw signature bytes, as verifies() takes them. Errors: bad_key from a token that does not sign.
  [[nodiscard]] Result<Bytes> sign(ByteView message) const;

 private:
  explicit PrivateKey(std::shared_ptr<evp_pkey_st> handle);
  std::shared_ptr<evp_pkey_st> handle_;
  Key public_key_;
  std::string keyid_;
};

}  // namespace drover::trust
