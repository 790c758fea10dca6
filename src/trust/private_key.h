#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "trust/keys.h"

namespace drover::trust {

/// A key that signs: ECDSA P-256 (what we make) or Ed25519. Text in, text out; files are the caller's
/// business.
class PrivateKey {
 public:
  static PrivateKey generate();  // ECDSA P-256
  /// PKCS#8 PEM, encrypted or plain. bad_key when it is not one or the passphrase is wrong.
  static Result<PrivateKey> from_pem(std::string_view pem, std::string_view passphrase = {});

  /// PKCS#8 PEM, encrypted (AES-256-CBC, PBKDF2) when a passphrase is given.
  [[nodiscard]] std::string to_pem(std::string_view passphrase = {}) const;
  [[nodiscard]] const Key& public_key() const { return public_key_; }
  [[nodiscard]] const std::string& keyid() const { return keyid_; }
  /// Raw signature bytes, as verifies() takes them.
  [[nodiscard]] Bytes sign(ByteView message) const;

 private:
  struct Handle;
  explicit PrivateKey(std::shared_ptr<const Handle> handle);
  std::shared_ptr<const Handle> handle_;
  Key public_key_;
  std::string keyid_;
};

}  // namespace drover::trust
