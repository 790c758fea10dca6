#pragma once

#include <optional>
#include <string>

#include <nlohmann/json_fwd.hpp>

#include "base/clock.h"
#include "base/ids.h"
#include "base/result.h"
#include "fs/file_system.h"
#include "net/http.h"

namespace drover::agent {

/// The device's key and certificate and its server's authority, in `directory`: device.key, device.crt,
/// ca.crt. A new key and its certificate replace the old ones together: they are made durable as
/// device.key.next and device.crt.next, of which the second counts, and then renamed.
class IdentityStore {
 public:
  IdentityStore(fs::FileSystem& files, fs::Path directory)
      : files_(files), directory_(std::move(directory)) {}

  /// Ends a replacement that a power cut stopped. Call before the files are used.
  Status recover() const;
  [[nodiscard]] bool enrolled() const;
  /// Only the owner may read what is stored.
  Status replace(const std::string& key, const std::string& certificate, const std::string& ca) const;
  /// nullopt when there is no certificate.
  [[nodiscard]] Result<std::optional<std::string>> certificate() const;
  [[nodiscard]] net::Identity files_of_tls() const;

 private:
  [[nodiscard]] fs::Path path(const char* name) const { return directory_ / name; }
  fs::FileSystem& files_;
  fs::Path directory_;
};

/// The request that turns a one-time token (`enroll`) or the present certificate (`renew`, no token) into a
/// certificate; docs/formats/device-api.md.
net::ClientRequest certificate_request(const std::string& server, const std::string& csr,
                                       const std::optional<std::string>& token);

struct IssuedCertificate {
  std::string device, certificate, ca;
};
/// Errors: what the server said (in `code` and words), bad_response.
Result<IssuedCertificate> read_issued(const Result<net::ClientResponse>& response);

/// An answer of the device API: its JSON body, or the error that the server named.
Result<nlohmann::json> read_answer(const Result<net::ClientResponse>& response, std::string_view url);

}  // namespace drover::agent
