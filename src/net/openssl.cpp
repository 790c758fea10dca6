#include "net/openssl.h"

#include <fmt/format.h>
#include <openssl/pem.h>

#include <algorithm>
#include <cctype>

#include "base/assert.h"

namespace drover::net {
namespace {

constexpr std::size_t kPemBytesMax = 64 << 10;

Result<BioPtr> reader(const std::string& pem) {
  if (pem.size() > kPemBytesMax)
    return fail(Code::too_large, fmt::format("PEM text is longer than {} bytes", kPemBytesMax));
  BioPtr bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  DROVER_ASSERT(bio != nullptr);
  return bio;
}

template <class Write>
std::string written(Write write) {
  BioPtr bio(BIO_new(BIO_s_mem()));
  DROVER_ASSERT(bio != nullptr && write(bio.get()) == 1);
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

/// An encrypted key must not make OpenSSL ask on the terminal.
int no_passphrase(char*, int, int, void*) { return -1; }

}  // namespace

std::string openssl_reason() {
  const unsigned long code = ERR_peek_last_error();
  ERR_clear_error();
  const char* reason = ERR_reason_error_string(code);
  return reason == nullptr ? "unknown reason" : reason;
}

Result<KeyPtr> key_from_pem(const std::string& pem) {
  const BioPtr bio = DROVER_TRY(reader(pem));
  KeyPtr key(PEM_read_bio_PrivateKey(bio.get(), nullptr, no_passphrase, nullptr));
  if (!key) return fail(Code::bad_key, fmt::format("not a private key in PEM: {}", openssl_reason()));
  return key;
}

Result<CertificatePtr> certificate_from_pem(const std::string& pem) {
  const BioPtr bio = DROVER_TRY(reader(pem));
  CertificatePtr certificate(PEM_read_bio_X509(bio.get(), nullptr, no_passphrase, nullptr));
  if (!certificate)
    return fail(Code::invalid_argument, fmt::format("not a certificate in PEM: {}", openssl_reason()));
  return certificate;
}

Result<RequestPtr> request_from_pem(const std::string& pem) {
  const BioPtr bio = DROVER_TRY(reader(pem));
  RequestPtr request(PEM_read_bio_X509_REQ(bio.get(), nullptr, no_passphrase, nullptr));
  if (!request)
    return fail(Code::invalid_argument,
                fmt::format("not a certificate signing request in PEM: {}", openssl_reason()));
  return request;
}

std::string to_pem(EVP_PKEY* key) {
  return written([key](BIO* bio) {
    return PEM_write_bio_PKCS8PrivateKey(bio, key, nullptr, nullptr, 0, nullptr, nullptr);
  });
}
std::string to_pem(X509* certificate) {
  return written([certificate](BIO* bio) { return PEM_write_bio_X509(bio, certificate); });
}
std::string to_pem(X509_REQ* request) {
  return written([request](BIO* bio) { return PEM_write_bio_X509_REQ(bio, request); });
}

Result<std::string> common_name(const X509_NAME* subject) {
  const int index = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);
  if (index < 0 || X509_NAME_get_index_by_NID(subject, NID_commonName, index) >= 0)
    return fail(Code::invalid_argument, "the subject must have exactly one common name (CN)");
  const ASN1_STRING* value = X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, index));
  unsigned char* utf8 = nullptr;
  const int size = ASN1_STRING_to_UTF8(&utf8, value);
  if (size < 0) return fail(Code::invalid_argument, "the common name (CN) is not text");
  std::string name(reinterpret_cast<const char*>(utf8), static_cast<std::size_t>(size));
  OPENSSL_free(utf8);
  return name;
}

std::string serial_of(const X509* certificate) {
  BIGNUM* number = ASN1_INTEGER_to_BN(X509_get0_serialNumber(certificate), nullptr);
  DROVER_ASSERT(number != nullptr);
  char* digits = BN_bn2hex(number);
  BN_free(number);
  DROVER_ASSERT(digits != nullptr);
  std::string serial(digits);
  OPENSSL_free(digits);
  std::ranges::transform(serial, serial.begin(), [](unsigned char c) { return std::tolower(c); });
  return serial;
}

}  // namespace drover::net
