#pragma once

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include <memory>
#include <string>

#include "base/result.h"

namespace drover::net {

template <auto Free>
struct OpensslFree {
  template <class T>
  void operator()(T* object) const {
    Free(object);
  }
};
template <class T, auto Free>
using OpensslPtr = std::unique_ptr<T, OpensslFree<Free>>;

using BioPtr = OpensslPtr<BIO, BIO_free_all>;
using KeyPtr = OpensslPtr<EVP_PKEY, EVP_PKEY_free>;
using CertificatePtr = OpensslPtr<X509, X509_free>;
using RequestPtr = OpensslPtr<X509_REQ, X509_REQ_free>;

/// Why OpenSSL's last call failed, in its own words; empties its queue of errors.
std::string openssl_reason();

Result<KeyPtr> key_from_pem(const std::string& pem);
Result<CertificatePtr> certificate_from_pem(const std::string& pem);
Result<RequestPtr> request_from_pem(const std::string& pem);
std::string to_pem(EVP_PKEY* key);
std::string to_pem(X509* certificate);
std::string to_pem(X509_REQ* request);

/// The only common name of a subject; invalid_argument when it has none or several.
Result<std::string> common_name(const X509_NAME* subject);
/// A certificate's serial number in lower-case hexadecimal.
std::string serial_of(const X509* certificate);

}  // namespace drover::net
