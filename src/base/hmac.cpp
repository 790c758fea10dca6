#include "base/hmac.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "base/assert.h"

namespace drover {

Digest hmac_sha256(ByteView key, ByteView bytes) {
  static constexpr std::uint8_t kNoKey = 0;  // a null key would mean "the key of before"
  Digest made;
  unsigned size = 0;
  DROVER_ASSERT(HMAC(EVP_sha256(), key.empty() ? &kNoKey : key.data(), static_cast<int>(key.size()),
                     bytes.data(), bytes.size(), made.bytes.data(), &size) != nullptr &&
                size == made.bytes.size());
  return made;
}

bool equal_secrets(ByteView left, ByteView right) {
  return left.size() == right.size() && CRYPTO_memcmp(left.data(), right.data(), left.size()) == 0;
}

}  // namespace drover
