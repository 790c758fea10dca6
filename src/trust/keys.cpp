#include "trust/keys.h"

#include <fmt/format.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "base/assert.h"
#include "base/canonical_json.h"
#include "base/digest.h"
#include "trust/openssl_handles.h"

namespace drover::trust {
namespace {

constexpr std::size_t kPublicValueBytesMax = 16'384;

Result<std::string> member_text(const nlohmann::json& value, const char* name) {
  const auto found = value.is_object() ? value.find(name) : value.end();
  if (found == value.end() || !found->is_string())
    return fail(Code::bad_key, fmt::format("a key has no text member \"{}\"", name));
  return found->get<std::string>();
}

PkeyHandle read_pem(const Key& key) {
  return PkeyHandle(PEM_read_bio_PUBKEY(bio_of(key.public_value).get(), nullptr, nullptr, nullptr));
}

PkeyHandle read_ed25519(const Key& key) {
  const Result<Bytes> raw = from_hex(key.public_value);
  if (!raw || raw->size() != 32) return nullptr;
  return PkeyHandle(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, raw->data(), raw->size()));
}

PkeyHandle read_public(const Key& key) {
  if (key.public_value.size() > kPublicValueBytesMax) return nullptr;
  PkeyHandle handle = key.scheme == "ed25519" ? read_ed25519(key) : read_pem(key);
  ERR_clear_error();
  return handle;
}

/// What a scheme demands of the key, and how it hashes and pads.
bool begin_verify(const Key& key, EVP_PKEY* handle, EVP_MD_CTX* context) {
  EVP_PKEY_CTX* settings = nullptr;
  if (key.scheme == "ecdsa-sha2-nistp256")
    return is_p256(handle) && EVP_DigestVerifyInit(context, nullptr, EVP_sha256(), nullptr, handle) == 1;
  if (key.scheme == "ed25519")
    return EVP_PKEY_get_base_id(handle) == EVP_PKEY_ED25519 &&
           EVP_DigestVerifyInit(context, nullptr, nullptr, nullptr, handle) == 1;
  if (key.scheme == "rsassa-pss-sha256")
    return EVP_PKEY_get_base_id(handle) == EVP_PKEY_RSA &&
           EVP_DigestVerifyInit(context, &settings, EVP_sha256(), nullptr, handle) == 1 &&
           EVP_PKEY_CTX_set_rsa_padding(settings, RSA_PKCS1_PSS_PADDING) == 1 &&
           EVP_PKEY_CTX_set_rsa_pss_saltlen(settings, RSA_PSS_SALTLEN_AUTO) == 1 &&
           EVP_PKEY_CTX_set_rsa_mgf1_md(settings, EVP_sha256()) == 1;
  return false;
}

}  // namespace

Result<Key> parse_key(const nlohmann::json& value) {
  Key key{.keytype = DROVER_TRY(member_text(value, "keytype")),
          .scheme = DROVER_TRY(member_text(value, "scheme")),
          .public_value = {},
          .document = value};
  const auto keyval = value.find("keyval");
  if (keyval == value.end() || !keyval->is_object())
    return fail(Code::bad_key, "a key has no object \"keyval\"");
  // §4.2.1: others may define keys of their own, whose keyval need not name a "public".
  if (keyval->contains("public")) key.public_value = DROVER_TRY(member_text(*keyval, "public").in("keyval"));
  return key;
}

Key make_key(std::string keytype, std::string scheme, std::string public_value) {
  nlohmann::json document = {
      {"keytype", keytype}, {"scheme", scheme}, {"keyval", {{"public", public_value}}}};
  return Key{std::move(keytype), std::move(scheme), std::move(public_value), std::move(document)};
}

std::string keyid_of(const Key& key) {
  const Result<std::string> text = canonical_json(key.document);
  return sha256(text ? *text : key.document.dump()).hex();
}

std::string identity_of(const Key& key) {
  if (const PkeyHandle handle = read_public(key)) {
    unsigned char* der = nullptr;
    const int size = i2d_PUBKEY(handle.get(), &der);
    if (size > 0) {
      std::string identity = hex({der, static_cast<std::size_t>(size)});
      OPENSSL_free(der);
      return identity;
    }
  }
  return key.keytype + "\n" + key.document.at("keyval").dump();
}

bool verifies(const Key& key, ByteView message, ByteView signature) {
  const PkeyHandle handle = read_public(key);
  const DigestHandle context(EVP_MD_CTX_new());
  const bool good = handle != nullptr && begin_verify(key, handle.get(), context.get()) &&
                    EVP_DigestVerify(context.get(), signature.data(), signature.size(), message.data(),
                                     message.size()) == 1;
  ERR_clear_error();
  return good;
}

}  // namespace drover::trust
