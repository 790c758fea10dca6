#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"

namespace drover::cli {

struct ServerSetup {
  std::vector<std::string> hosts = {"localhost", "127.0.0.1"};  // names in the server's certificate
  std::string listen = "0.0.0.0";
  std::uint16_t port = 8443;
};

/// Writes the server's part of a workspace: ca/{ca.key,ca.crt}, tls/{server.key,server.crt}, server.toml,
/// drover.sqlite and operator.token (an admin's, readable by the owner only). The directory exists; what is
/// there already is refused with already_exists before anything is written.
Status init_server_files(const std::filesystem::path& directory, const ServerSetup& setup, UnixTime now);

}  // namespace drover::cli
