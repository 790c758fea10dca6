#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace drover::repo {

/// What a pkcs11: URI (RFC 7512) says of a private key; what it leaves open is empty.
struct TokenUri {
  std::string token = {}, serial = {};
  std::string object = {};  // the key's label
  std::string id = {};      // its CKA_ID, raw bytes
  std::string module_path = {};
  std::string pin_file = {};
};

/// Errors: invalid_argument that says what is missing or not taken.
Result<TokenUri> parse_token_uri(std::string_view text);

}  // namespace drover::repo
