#pragma once

#include <string>

#include "agent/config.h"
#include "agent/download.h"
#include "base/result.h"

namespace drover::agent {

/// What a person gives a device once. Files are PEM and TUF root metadata; a standalone device has the root
/// alone.
struct Enrolment {
  std::string root_file;
  std::string ca_file;
  std::string token;
};

/// Stores the root of trust, which is never fetched.
/// Errors: already_exists for another root, bad_metadata, not_found.
Status install_root(fs::FileSystem& files, const Config& config, const std::string& root_file);

/// Makes a key on the device, trades the token for a certificate and stores both durably, readable by the
/// owner alone. `http` must believe the authority in ca_file. Errors: those of the server.
Status enroll(net::HttpClient& http, fs::FileSystem& files, const Config& config, const Enrolment& enrolment);

}  // namespace drover::agent
