#pragma once

#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "base/clock.h"
#include "net/certificates.h"
#include "net/server.h"

namespace drover::net {

/// For tests: an authority, a server's certificate for loopback, and client certificates, in a directory of
/// their own that goes with the object.
class TestPki {
 public:
  TestPki() {
    std::string pattern = (std::filesystem::temp_directory_path() / "drover-pki-XXXXXX").string();
    directory_ = mkdtemp(pattern.data());
    authority_ = make_authority("test authority", system_clock().now()).value();
    const auto server =
        issue_server_certificate(authority_, {"localhost", "127.0.0.1"}, system_clock().now()).value();
    write("ca.crt", authority_.certificate);
    write("server.key", server.key);
    write("server.crt", server.certificate);
  }
  ~TestPki() { std::filesystem::remove_all(directory_); }
  TestPki(const TestPki&) = delete;
  TestPki& operator=(const TestPki&) = delete;

  [[nodiscard]] const KeyAndCertificate& authority() const { return authority_; }
  [[nodiscard]] std::string path(const std::string& name) const { return directory_ / name; }
  [[nodiscard]] TlsFiles server_files() const {
    return {path("server.crt"), path("server.key"), path("ca.crt")};
  }
  /// Believes the authority and presents nothing.
  [[nodiscard]] Identity stranger() const { return {.ca_file = path("ca.crt")}; }
  /// A client certificate for `name`, signed `age` ago.
  Identity client(const std::string& name, std::chrono::days age = std::chrono::days(0)) {
    const auto request = make_request(name).value();
    write(name + ".key", request.key);
    write(name + ".crt", sign_request(authority_, request.request, system_clock().now() - age).value());
    return {path("ca.crt"), path(name + ".crt"), path(name + ".key")};
  }
  void write(const std::string& name, const std::string& text) const { std::ofstream(path(name)) << text; }

 private:
  std::filesystem::path directory_;
  KeyAndCertificate authority_;
};

}  // namespace drover::net
