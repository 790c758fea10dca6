#pragma once

#include <string>

#include <nlohmann/json.hpp>

#include "cli/command.h"
#include "fs/file_system.h"
#include "net/http.h"

namespace drover::cli {

/// How a verb finds the server: --server URL --token-file F --ca F, or --workspace DIR, or the environment
/// (DROVER_SERVER, DROVER_TOKEN, DROVER_CA, DROVER_WORKSPACE).
struct ApiOptions {
  std::string server = {};
  std::string token_file = {};
  std::string ca = {};
  std::string workspace = {};
};

/// Adds these options to a verb.
void add_api_options(CLI::App* verb, ApiOptions& options);

/// The operators' API of one server.
class ApiClient {
 public:
  /// Errors say which option is missing.
  static Result<ApiClient> connect(const ApiOptions& options);

  Result<nlohmann::json> get(const std::string& path) const { return call("GET", path, ""); }
  Result<nlohmann::json> post(const std::string& path, const nlohmann::json& body) const {
    return call("POST", path, body.dump());
  }
  Result<nlohmann::json> remove(const std::string& path) const { return call("DELETE", path, ""); }
  /// Sends a file as it is, a buffer at a time; `progress` is told the bytes sent.
  Result<nlohmann::json> upload(const std::string& path, const fs::Path& file,
                                const std::function<void(std::uint64_t)>& progress) const;
  /// A request as this operator, whatever comes back.
  Result<net::ClientResponse> send(net::ClientRequest request) const;
  [[nodiscard]] const std::string& url() const { return url_; }

 private:
  Result<nlohmann::json> call(const std::string& method, const std::string& path,
                              const std::string& body) const;
  [[nodiscard]] Result<nlohmann::json> answer(const Result<net::ClientResponse>& response,
                                              const std::string& path) const;
  std::shared_ptr<net::HttpClient> http_;
  std::string url_;
  std::string token_;
};

/// Percent-encodes a value for a query.
std::string encode_query(std::string_view text);

}  // namespace drover::cli
