#include "cli/api_client.h"

#include <fmt/format.h>

#include "base/canonical_json.h"
#include "base/toml.h"
#include "cli/settings.h"

namespace drover::cli {
namespace {

constexpr std::uint64_t kAnswerBytesMax = 64 << 20;
constexpr std::chrono::minutes kServerWritesMax{10};  // a large file's way to the server's disk

Result<std::string> read_token(const std::string& path) {
  const Bytes bytes = DROVER_TRY(fs::read_file(fs::real_file_system(), path, 4096).in("token"));
  std::string token(as_text(bytes));
  while (!token.empty() && std::isspace(static_cast<unsigned char>(token.back()))) token.pop_back();
  return token;
}

/// The url that server.toml names.
Result<std::string> workspace_url(const std::filesystem::path& workspace) {
  const auto path = (workspace / "server.toml").string();
  const Bytes text = DROVER_TRY(fs::read_file(fs::real_file_system(), path, 1 << 20));
  try {
    const auto table = toml::parse(as_text(text), path);
    if (const auto url = table["url"].value<std::string>()) return *url;
  } catch (const toml::parse_error& error) {
    return fail(Code::bad_toml, fmt::format("{}: {}", path, error.description()));
  }
  return fail(Code::bad_toml, fmt::format("{}: has no url; set it, or give --server", path));
}

Error unreachable(const std::string& url, const Error& error) {
  switch (error.code) {
    case Code::unreachable:
    case Code::timed_out:
      return {error.code,
              fmt::format("the server at {} cannot be reached ({}); is drover-server running there,"
                          " and is that its address?",
                          url, error.text())};
    case Code::not_authenticated:
      return {error.code, fmt::format("{} does not prove to be the server ({}); --ca must name its authority,"
                                      " ca/ca.crt of its workspace",
                                      url, error.text())};
    default:
      return error;
  }
}

/// {"error":{"code","message"}} or the shadow's {"code","message"} as an Error.
Error server_error(int status, const nlohmann::json& answer) {
  const nlohmann::json& error = answer.contains("error") ? answer["error"] : answer;
  if (!error.is_object() || !error.contains("message") || !error["message"].is_string())
    return {Code::bad_response, fmt::format("the server answered {}", status)};
  const bool is_named = error.contains("code") && error["code"].is_string();
  const Code code = is_named        ? code_named(error["code"].get<std::string>())
                    : status == 404 ? Code::not_found
                    : status == 409 ? Code::conflict
                    : status == 413 ? Code::too_large
                                    : Code::invalid_argument;
  return {code, error["message"].get<std::string>()};
}

}  // namespace

void add_api_options(CLI::App* verb, ApiOptions& options) {
  verb->add_option("--server", options.server, "The server's URL (environment: DROVER_SERVER)");
  verb->add_option(
      "--token-file", options.token_file,
      "File with an operator's token (environment: DROVER_TOKEN_FILE; DROVER_TOKEN is the token)");
  verb->add_option("--ca", options.ca,
                   "The authority of the server's certificate, PEM (environment: DROVER_CA)");
  verb->add_option(
      "--workspace", options.workspace,
      "A workspace made by \"drover init\": its url, token and authority (environment: DROVER_WORKSPACE)");
}

Result<ApiClient> ApiClient::connect(const ApiOptions& options) {
  ApiClient client;
  client.url_ = or_environment(options.server, "DROVER_SERVER");
  std::string ca = or_environment(options.ca, "DROVER_CA");
  const std::string token_file = or_environment(options.token_file, "DROVER_TOKEN_FILE");
  if (!token_file.empty()) client.token_ = DROVER_TRY(read_token(token_file));
  if (client.token_.empty()) client.token_ = or_environment("", "DROVER_TOKEN");
  const std::filesystem::path workspace = or_environment(options.workspace, "DROVER_WORKSPACE");
  if (!workspace.empty()) {
    if (client.url_.empty()) client.url_ = DROVER_TRY(workspace_url(workspace));
    if (ca.empty()) ca = (workspace / "ca/ca.crt").string();
    if (client.token_.empty())
      client.token_ = DROVER_TRY(read_token((workspace / "operator.token").string()));
  }
  if (client.url_.empty())
    return fail(Code::invalid_argument,
                "which server? Give --workspace DIR, or --server URL with --token-file and --ca");
  if (client.token_.empty())
    return fail(Code::invalid_argument, "no operator's token: give --token-file FILE or set DROVER_TOKEN");
  while (client.url_.ends_with('/')) client.url_.pop_back();
  client.http_ = net::make_curl_client({.identity = {.ca_file = std::move(ca)}});
  return client;
}

Result<net::ClientResponse> ApiClient::send(net::ClientRequest request) const {
  request.headers.emplace_back("authorization", "Bearer " + token_);
  auto response = http_->perform(std::move(request));
  if (!response) return fail(unreachable(url_, response.error()));
  return response;
}

Result<nlohmann::json> ApiClient::call(const std::string& method, const std::string& path,
                                       const std::string& body) const {
  return answer(send({.method = method,
                      .url = url_ + path,
                      .headers = {{"content-type", "application/json"}},
                      .body = body,
                      .bytes_max = kAnswerBytesMax}),
                path);
}

Result<nlohmann::json> ApiClient::upload(const std::string& path, const fs::Path& file,
                                         const std::function<void(std::uint64_t)>& progress) const {
  const std::shared_ptr<fs::File> bytes =
      DROVER_TRY(fs::real_file_system().open(file, fs::Open::read).in(file.string()));
  const std::uint64_t size = DROVER_TRY(bytes->size());
  const auto source = [&](std::uint64_t offset, std::span<std::uint8_t> into) -> Result<std::size_t> {
    const std::size_t got = DROVER_TRY(bytes->read_at(offset, into).in(file.string()));
    progress(offset + got);
    return got;
  };
  return answer(send({.method = "PUT",
                      .url = url_ + path,
                      .headers = {{"content-type", "application/octet-stream"}},
                      .source = source,
                      .source_bytes = size,
                      .timeout = std::chrono::milliseconds(0),  // a file takes as long as it takes
                      .stall_timeout = kServerWritesMax}),
                path);
}

Result<nlohmann::json> ApiClient::answer(const Result<net::ClientResponse>& response,
                                         const std::string& path) const {
  if (!response) return fail(response.error());
  auto document = parse_json(response->body, {.bytes_max = kAnswerBytesMax, .depth_max = 100});
  if (!document)
    return fail(Code::bad_response,
                fmt::format("{}{} answered {} with something that is no JSON; is it a Drover server?", url_,
                            path, response->status));
  if (response->status >= 300) return fail(server_error(response->status, *document));
  return document;
}

std::string encode_query(std::string_view text) {
  std::string made;
  for (char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) || c == '-' || c == '_' || c == '.' || c == '~') {
      made.push_back(c);
    } else {
      made += fmt::format("%{:02X}", byte);
    }
  }
  return made;
}

}  // namespace drover::cli
