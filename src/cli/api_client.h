#pragma once

#include <string>

#include <nlohmann/json.hpp>

#include "cli/command.h"

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
  /// Sends a whole body as it is; the answer's "error" becomes the failure.
  Result<nlohmann::json> call(const std::string& method, const std::string& path, const std::string& body,
                              std::vector<std::pair<std::string, std::string>> headers = {}) const;
  [[nodiscard]] const std::string& url() const { return url_; }
  [[nodiscard]] const std::string& ca() const { return ca_; }

 private:
  std::string url_;
  std::string token_;
  std::string ca_;
};

/// Percent-encodes a value for a query.
std::string encode_query(std::string_view text);

}  // namespace drover::cli
