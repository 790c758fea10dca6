#include "trust/public_pem.h"

#include <openssl/err.h>
#include <openssl/pem.h>

#include "base/assert.h"
#include "trust/openssl_handles.h"

namespace drover::trust {
namespace {

constexpr int kRsaBitsMin = 2048;

/// Written anew, so that equal keys have equal text and the same keyid.
std::string normal_pem(EVP_PKEY* key) {
  const BioHandle bio(BIO_new(BIO_s_mem()));
  DROVER_ASSERT(PEM_write_bio_PUBKEY(bio.get(), key) == 1);
  return text_of(bio.get());
}

Key ed25519_of(EVP_PKEY* key) {
  Bytes raw(32);
  std::size_t size = raw.size();
  DROVER_ASSERT(EVP_PKEY_get_raw_public_key(key, raw.data(), &size) == 1);
  return make_key("ed25519", "ed25519", hex(raw));
}

}  // namespace

Result<Key> key_from_pem(std::string_view pem) {
  const PkeyHandle key(PEM_read_bio_PUBKEY(bio_of(pem).get(), nullptr, nullptr, nullptr));
  ERR_clear_error();
  if (!key) return fail(Code::bad_key, "not a public key in PEM (\"BEGIN PUBLIC KEY\")");
  if (is_p256(key.get())) return make_key("ecdsa", "ecdsa-sha2-nistp256", normal_pem(key.get()));
  if (EVP_PKEY_get_base_id(key.get()) == EVP_PKEY_ED25519) return ed25519_of(key.get());
  if (EVP_PKEY_get_base_id(key.get()) == EVP_PKEY_RSA && EVP_PKEY_get_bits(key.get()) >= kRsaBitsMin)
    return make_key("rsa", "rsassa-pss-sha256", normal_pem(key.get()));
  return fail(Code::bad_key, "the key is neither ECDSA P-256, nor Ed25519, nor RSA of 2048 bits or more");
}

}  // namespace drover::trust
