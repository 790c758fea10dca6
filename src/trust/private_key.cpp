#include "trust/private_key.h"

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/x509.h>

#include <cstring>

#include "base/assert.h"
#include "trust/openssl_handles.h"

namespace drover::trust {
namespace {

constexpr int kPassphraseRounds = 200'000;  // PBKDF2-HMAC-SHA256

/// OpenSSL asks the terminal when it gets no callback; an empty passphrase is then "none was given".
int give_passphrase(char* buffer, int size, int /*writing*/, void* user) {
  const auto* passphrase = static_cast<const std::string_view*>(user);
  if (passphrase->empty() || static_cast<int>(passphrase->size()) > size) return -1;
  std::memcpy(buffer, passphrase->data(), passphrase->size());
  return static_cast<int>(passphrase->size());
}

std::string public_pem(EVP_PKEY* key) {
  const BioHandle bio(BIO_new(BIO_s_mem()));
  DROVER_ASSERT(PEM_write_bio_PUBKEY(bio.get(), key) == 1);
  return text_of(bio.get());
}

Key public_of(EVP_PKEY* key) {
  if (EVP_PKEY_get_base_id(key) == EVP_PKEY_EC)
    return make_key("ecdsa", "ecdsa-sha2-nistp256", public_pem(key));
  Bytes raw(32);
  std::size_t size = raw.size();
  DROVER_ASSERT(EVP_PKEY_get_raw_public_key(key, raw.data(), &size) == 1);
  return make_key("ed25519", "ed25519", hex(raw));
}

bool can_sign(EVP_PKEY* key) { return EVP_PKEY_get_base_id(key) == EVP_PKEY_ED25519 || is_p256(key); }

std::string encrypted_pem(EVP_PKEY* key, std::string_view passphrase) {
  using Info = std::unique_ptr<PKCS8_PRIV_KEY_INFO, FreedBy<PKCS8_PRIV_KEY_INFO_free>>;
  using Sealed = std::unique_ptr<X509_SIG, FreedBy<X509_SIG_free>>;
  const Info info(EVP_PKEY2PKCS8(key));
  X509_ALGOR* cipher =
      PKCS5_pbe2_set_iv(EVP_aes_256_cbc(), kPassphraseRounds, nullptr, 0, nullptr, NID_hmacWithSHA256);
  DROVER_ASSERT(info && cipher != nullptr);
  const Sealed sealed(
      PKCS8_set0_pbe(passphrase.data(), static_cast<int>(passphrase.size()), info.get(), cipher));
  const BioHandle bio(BIO_new(BIO_s_mem()));
  DROVER_ASSERT(sealed && PEM_write_bio_PKCS8(bio.get(), sealed.get()) == 1);
  return text_of(bio.get());
}

}  // namespace

PrivateKey::PrivateKey(std::shared_ptr<EVP_PKEY> handle)
    : handle_(std::move(handle)), public_key_(public_of(handle_.get())), keyid_(keyid_of(public_key_)) {}

PrivateKey PrivateKey::generate() {
  PkeyHandle key(EVP_EC_gen("P-256"));
  DROVER_ASSERT(key != nullptr);
  return PrivateKey(std::move(key));
}

Result<PrivateKey> PrivateKey::in_token(std::shared_ptr<EVP_PKEY> handle) {
  if (!handle || !can_sign(handle.get()))
    return fail(Code::bad_key, "the token's key is neither ECDSA P-256 nor Ed25519");
  return PrivateKey(std::move(handle));
}

Result<PrivateKey> PrivateKey::from_pem(std::string_view pem, std::string_view passphrase) {
  PkeyHandle key(PEM_read_bio_PrivateKey(bio_of(pem).get(), nullptr, give_passphrase, &passphrase));
  ERR_clear_error();
  if (!key)
    return fail(Code::bad_key, pem.contains("ENCRYPTED")
                                   ? "the private key cannot be read: the passphrase is missing or wrong"
                                   : "not a private key in PEM");
  if (!can_sign(key.get())) return fail(Code::bad_key, "the private key is neither ECDSA P-256 nor Ed25519");
  return PrivateKey(std::move(key));
}

std::string PrivateKey::to_pem(std::string_view passphrase) const {
  if (!passphrase.empty()) return encrypted_pem(handle_.get(), passphrase);
  const BioHandle bio(BIO_new(BIO_s_mem()));
  DROVER_ASSERT(
      PEM_write_bio_PKCS8PrivateKey(bio.get(), handle_.get(), nullptr, nullptr, 0, nullptr, nullptr) == 1);
  return text_of(bio.get());
}

Result<Bytes> PrivateKey::sign(ByteView message) const {
  EVP_PKEY* key = handle_.get();
  const DigestHandle context(EVP_MD_CTX_new());
  const EVP_MD* digest = EVP_PKEY_get_base_id(key) == EVP_PKEY_EC ? EVP_sha256() : nullptr;
  std::size_t size = static_cast<std::size_t>(EVP_PKEY_get_size(key));
  Bytes signature(size);
  const bool is_signed =
      EVP_DigestSignInit(context.get(), nullptr, digest, nullptr, key) == 1 &&
      EVP_DigestSign(context.get(), signature.data(), &size, message.data(), message.size()) == 1;
  ERR_clear_error();
  if (!is_signed) return fail(Code::bad_key, fmt::format("key {} did not sign", keyid_.substr(0, 8)));
  signature.resize(size);
  return signature;
}

}  // namespace drover::trust
