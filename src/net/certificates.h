#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"

namespace drover::net {

/// An ECDSA P-256 key (PKCS#8) and what belongs to it, all PEM.
struct KeyAndCertificate {
  std::string key = {};
  std::string certificate = {};
};
struct KeyAndRequest {
  std::string key = {};
  std::string request = {};
};

struct CertificateInfo {
  std::string common_name = {};
  std::string serial = {};  // lower-case hexadecimal
  UnixTime not_before = {};
  UnixTime not_after = {};
};

inline constexpr std::chrono::days kDeviceCertificateLife{90};
inline constexpr std::chrono::days kAuthorityLife{3650};
/// Certificates are dated back by this much, so that a slightly slow clock accepts a fresh one.
inline constexpr std::chrono::hours kBackdating{1};

/// A self-signed authority that may sign end certificates only.
Result<KeyAndCertificate> make_authority(const std::string& name, UnixTime now);

/// A server's certificate for `hosts`: DNS names and IP addresses. Errors: invalid_argument, bad_key.
Result<KeyAndCertificate> issue_server_certificate(const KeyAndCertificate& authority,
                                                   const std::vector<std::string>& hosts, UnixTime now,
                                                   std::chrono::days life = kAuthorityLife);

/// A new key and the request to certify it under `common_name` (the device id).
Result<KeyAndRequest> make_request(const std::string& common_name);

/// The one common name of a request whose signature proves that its sender has the key.
/// Errors: invalid_argument for what is no such request or has too weak a key.
Result<std::string> read_request(const std::string& request);

/// A client certificate for the request's key and common name; extensions that it asks for are ignored.
Result<std::string> sign_request(const KeyAndCertificate& authority, const std::string& request, UnixTime now,
                                 std::chrono::days life = kDeviceCertificateLife);

/// Reads the first certificate of a PEM text. Errors: invalid_argument.
Result<CertificateInfo> read_certificate(const std::string& certificate);

/// When a certificate is to be renewed: at two thirds of its life.
UnixTime renewal_time(const CertificateInfo& certificate);

}  // namespace drover::net
