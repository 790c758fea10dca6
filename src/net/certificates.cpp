#include "net/certificates.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <openssl/ec.h>
#include <openssl/x509v3.h>

#include <utility>

#include "base/assert.h"
#include "base/random.h"
#include "net/openssl.h"

namespace drover::net {
namespace {

using Extensions = std::vector<std::pair<int, std::string>>;

Result<KeyPtr> new_key() {
  KeyPtr key(EVP_EC_gen("P-256"));
  if (!key) return fail(Code::internal, fmt::format("cannot make a P-256 key: {}", openssl_reason()));
  return key;
}

Status set_common_name(X509_NAME* name, const std::string& text) {
  if (X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8,
                                 reinterpret_cast<const unsigned char*>(text.data()),
                                 static_cast<int>(text.size()), -1, 0) == 1)
    return {};
  ERR_clear_error();
  return fail(Code::invalid_argument, "a certificate's common name has 1 to 64 characters of UTF-8");
}

/// 16 random bytes, positive and of full length: no two certificates share one.
void set_random_serial(X509* certificate) {
  Bytes bytes = secure_random(16);
  bytes[0] = static_cast<std::uint8_t>((bytes[0] & 0x7f) | 0x40);
  BIGNUM* number = BN_bin2bn(bytes.data(), static_cast<int>(bytes.size()), nullptr);
  DROVER_ASSERT(number != nullptr &&
                BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate)) != nullptr);
  BN_free(number);
}

void set_life(X509* certificate, UnixTime now, std::chrono::days life) {
  const UnixTime begin = now - kBackdating;
  DROVER_ASSERT(ASN1_TIME_set(X509_getm_notBefore(certificate), begin.time_since_epoch().count()) != nullptr);
  DROVER_ASSERT(ASN1_TIME_set(X509_getm_notAfter(certificate), (now + life).time_since_epoch().count()) !=
                nullptr);
}

Status add_extensions(X509* certificate, X509* issuer, const Extensions& extensions) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  for (const auto& [id, value] : extensions) {
    X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, id, value.c_str());
    if (extension == nullptr)
      return fail(Code::invalid_argument,
                  fmt::format("certificate extension \"{}\": {}", value, openssl_reason()));
    const int added = X509_add_ext(certificate, extension, -1);
    X509_EXTENSION_free(extension);
    DROVER_ASSERT(added == 1);
  }
  return {};
}

struct Plan {
  std::string common_name;
  UnixTime now;
  std::chrono::days life;
  Extensions extensions;
};

/// A certificate for `key`, signed by the issuer; by itself when `issuer` is null.
Result<std::string> certify(EVP_PKEY* key, X509* issuer, EVP_PKEY* issuer_key, const Plan& plan) {
  CertificatePtr certificate(X509_new());
  DROVER_ASSERT(certificate != nullptr && X509_set_version(certificate.get(), X509_VERSION_3) == 1);
  set_random_serial(certificate.get());
  set_life(certificate.get(), plan.now, plan.life);
  DROVER_TRY(set_common_name(X509_get_subject_name(certificate.get()), plan.common_name));
  X509* signer = issuer == nullptr ? certificate.get() : issuer;
  DROVER_ASSERT(X509_set_issuer_name(certificate.get(), X509_get_subject_name(signer)) == 1);
  DROVER_ASSERT(X509_set_pubkey(certificate.get(), key) == 1);
  DROVER_TRY(add_extensions(certificate.get(), signer, plan.extensions));
  if (X509_sign(certificate.get(), issuer_key, EVP_sha256()) == 0)
    return fail(Code::bad_key, fmt::format("the authority's key cannot sign: {}", openssl_reason()));
  return to_pem(certificate.get());
}

/// "DNS:a,IP:b" from host names, refusing what would be read as more than a name.
Result<std::string> alternative_names(const std::vector<std::string>& hosts) {
  std::string names;
  for (const std::string& host : hosts) {
    if (host.empty() || host.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                               "0123456789.:-*_") != std::string::npos)
      return fail(Code::invalid_argument, fmt::format("\"{}\" is neither a host name nor an address", host));
    std::uint8_t address[16];
    const bool is_address =
        inet_pton(AF_INET, host.c_str(), address) == 1 || inet_pton(AF_INET6, host.c_str(), address) == 1;
    names += fmt::format("{}{}:{}", names.empty() ? "" : ",", is_address ? "IP" : "DNS", host);
  }
  if (names.empty())
    return fail(Code::invalid_argument, "a server's certificate needs at least one host name");
  return names;
}

Status check_key_strength(EVP_PKEY* key) {
  const int kind = EVP_PKEY_get_base_id(key);
  if (kind == EVP_PKEY_ED25519) return {};
  if (kind == EVP_PKEY_EC && EVP_PKEY_get_bits(key) >= 256) return {};
  if (kind == EVP_PKEY_RSA && EVP_PKEY_get_bits(key) >= 2048 && EVP_PKEY_get_bits(key) <= 4096) return {};
  return fail(Code::invalid_argument,
              "the key must be ECDSA of at least 256 bits, Ed25519, or RSA 2048 to 4096");
}

UnixTime time_of(const ASN1_TIME* time) {
  std::tm parts{};
  if (time == nullptr || ASN1_TIME_to_tm(time, &parts) != 1) return {};
  return UnixTime(std::chrono::seconds(timegm(&parts)));
}

}  // namespace

Result<KeyAndCertificate> make_authority(const std::string& name, UnixTime now) {
  const KeyPtr key = DROVER_TRY(new_key());
  const Plan plan{name,
                  now,
                  kAuthorityLife,
                  {{NID_basic_constraints, "critical,CA:TRUE,pathlen:0"},
                   {NID_key_usage, "critical,keyCertSign,cRLSign"},
                   {NID_subject_key_identifier, "hash"}}};
  return KeyAndCertificate{to_pem(key.get()), DROVER_TRY(certify(key.get(), nullptr, key.get(), plan))};
}

Result<KeyAndCertificate> issue_server_certificate(const KeyAndCertificate& authority,
                                                   const std::vector<std::string>& hosts, UnixTime now,
                                                   std::chrono::days life) {
  const KeyPtr issuer_key = DROVER_TRY(key_from_pem(authority.key));
  const CertificatePtr issuer = DROVER_TRY(certificate_from_pem(authority.certificate));
  const std::string names = DROVER_TRY(alternative_names(hosts));
  const KeyPtr key = DROVER_TRY(new_key());
  const Plan plan{hosts.front(),
                  now,
                  life,
                  {{NID_basic_constraints, "critical,CA:FALSE"},
                   {NID_key_usage, "critical,digitalSignature"},
                   {NID_ext_key_usage, "serverAuth"},
                   {NID_subject_alt_name, names},
                   {NID_subject_key_identifier, "hash"},
                   {NID_authority_key_identifier, "keyid"}}};
  return KeyAndCertificate{to_pem(key.get()),
                           DROVER_TRY(certify(key.get(), issuer.get(), issuer_key.get(), plan))};
}

Result<KeyAndRequest> make_request(const std::string& name) {
  const KeyPtr key = DROVER_TRY(new_key());
  RequestPtr request(X509_REQ_new());
  DROVER_ASSERT(request != nullptr);
  DROVER_TRY(set_common_name(X509_REQ_get_subject_name(request.get()), name));
  DROVER_ASSERT(X509_REQ_set_pubkey(request.get(), key.get()) == 1);
  DROVER_ASSERT(X509_REQ_sign(request.get(), key.get(), EVP_sha256()) != 0);
  return KeyAndRequest{to_pem(key.get()), to_pem(request.get())};
}

Result<std::string> read_request(const std::string& pem) {
  const RequestPtr request = DROVER_TRY(request_from_pem(pem));
  EVP_PKEY* key = X509_REQ_get0_pubkey(request.get());
  if (key == nullptr) return fail(Code::invalid_argument, "the request has no key that can be used");
  DROVER_TRY(check_key_strength(key));
  if (X509_REQ_verify(request.get(), key) != 1)
    return fail(Code::invalid_argument,
                fmt::format("the request is not signed by its own key: {}", openssl_reason()));
  return common_name(X509_REQ_get_subject_name(request.get()));
}

Result<std::string> sign_request(const KeyAndCertificate& authority, const std::string& pem, UnixTime now,
                                 std::chrono::days life) {
  const std::string name = DROVER_TRY(read_request(pem));
  const RequestPtr request = DROVER_TRY(request_from_pem(pem));
  const KeyPtr issuer_key = DROVER_TRY(key_from_pem(authority.key));
  const CertificatePtr issuer = DROVER_TRY(certificate_from_pem(authority.certificate));
  const Plan plan{name,
                  now,
                  life,
                  {{NID_basic_constraints, "critical,CA:FALSE"},
                   {NID_key_usage, "critical,digitalSignature"},
                   {NID_ext_key_usage, "clientAuth"},
                   {NID_subject_key_identifier, "hash"},
                   {NID_authority_key_identifier, "keyid"}}};
  return certify(X509_REQ_get0_pubkey(request.get()), issuer.get(), issuer_key.get(), plan);
}

Result<CertificateInfo> read_certificate(const std::string& pem) {
  const CertificatePtr certificate = DROVER_TRY(certificate_from_pem(pem));
  CertificateInfo info;
  info.common_name = DROVER_TRY(common_name(X509_get_subject_name(certificate.get())));
  info.serial = serial_of(certificate.get());
  info.not_before = time_of(X509_get0_notBefore(certificate.get()));
  info.not_after = time_of(X509_get0_notAfter(certificate.get()));
  return info;
}

UnixTime renewal_time(const CertificateInfo& certificate) {
  return certificate.not_before + (certificate.not_after - certificate.not_before) * 2 / 3;
}

}  // namespace drover::net
