#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "fs/file_system.h"
#include "trust/envelope.h"
#include "trust/private_key.h"

namespace drover::repo {

/// The private keys that a program holds. Which role a key signs for stands in the metadata, not here.
class KeyRing {
 public:
  void add(trust::PrivateKey key) { keys_.push_back(std::move(key)); }
  /// Adds every *.key file (PKCS#8 PEM) of a directory, and each key in a token that a *.pkcs11 file names
  /// (token_key.h). Errors: not_found, bad_key.
  Status add_directory(fs::FileSystem& files, const fs::Path& directory, std::string_view passphrase = {});

  /// Signs with every key that `role` trusts.
  Status sign(trust::Envelope& envelope, const trust::RoleKeys& role) const;
  /// sign(), then not_authorized when too few of the role's keys are here; the message names the keyids.
  Status sign_fully(trust::Envelope& envelope, const trust::Keys& keys, const trust::RoleKeys& role,
                    std::string_view role_name) const;

  [[nodiscard]] const std::vector<trust::PrivateKey>& keys() const { return keys_; }

 private:
  std::vector<trust::PrivateKey> keys_;
};

}  // namespace drover::repo
