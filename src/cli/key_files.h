#pragma once

#include <string>

#include "trust/private_key.h"

namespace drover::cli {

/// What a file's first line opens keys with; "" where no file is named.
Result<std::string> read_passphrase(const std::string& file);
/// A private key in a file: PKCS#8 PEM, or the pkcs11: URI of one in a token, whose PIN is the passphrase.
Result<trust::PrivateKey> read_private_key(const std::string& file, const std::string& passphrase_file);
/// The public half in a file: PEM, of the key itself or of one that only its holder has.
Result<trust::Key> read_public_key(const std::string& file);

}  // namespace drover::cli
