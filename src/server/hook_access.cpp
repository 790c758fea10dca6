#include "server/hook_access.h"

#include <fmt/format.h>

#include <charconv>

#include "base/hmac.h"
#include "fs/file_system.h"
#include "server/access.h"

namespace drover::server {
namespace {

constexpr std::string_view kSignatureHeader = "x-grafana-alerting-signature";
constexpr std::string_view kTimestampHeader = "x-grafana-alerting-timestamp";
constexpr std::chrono::minutes kTimestampOffMax{5};
constexpr std::size_t kSecretBytesMin = 16, kSecretBytesMax = 4096;

bool is_bearer(const net::Request& request) { return !request.header("authorization").empty(); }

bool is_near(std::string_view timestamp, UnixTime now) {
  std::int64_t seconds = 0;
  const auto [end, error] = std::from_chars(timestamp.data(), timestamp.data() + timestamp.size(), seconds);
  if (error != std::errc() || end != timestamp.data() + timestamp.size()) return false;
  const std::int64_t at = now.time_since_epoch().count();
  const std::int64_t most = std::chrono::seconds(kTimestampOffMax).count();
  return seconds >= at - most && seconds <= at + most;
}

}  // namespace

bool signature_holds(std::string_view secret, std::string_view body, std::string_view timestamp,
                     std::string_view signature) {
  const auto given = from_hex(signature);
  if (!given) return false;
  const std::string text = timestamp.empty() ? std::string(body) : fmt::format("{}:{}", timestamp, body);
  return equal_secrets(hmac_sha256(as_bytes(secret), as_bytes(text)).bytes, *given);
}

Status may_send_hook(Services& services, const net::Request& head) {
  if (is_bearer(head)) {
    DROVER_TRY(authenticate_operator(services, head, db::Role::operator_));
    return {};
  }
  if (head.header(kSignatureHeader).empty() || services.hook_secret.empty())
    return fail(Code::not_authenticated,
                "present an operator's token (Authorization: Bearer TOKEN), or sign the body with the secret "
                "of hooks.secret_file");
  const std::string timestamp = head.header(kTimestampHeader);
  if (!timestamp.empty() && !is_near(timestamp, services.clock->now()))
    return fail(Code::not_authenticated, "the signature's time is more than five minutes off");
  return {};
}

Result<std::string> hook_sender(Services& services, const net::Request& request) {
  DROVER_TRY(may_send_hook(services, request));
  if (is_bearer(request))
    return DROVER_TRY(authenticate_operator(services, request, db::Role::operator_)).name;
  if (!signature_holds(services.hook_secret, request.body, request.header(kTimestampHeader),
                       request.header(kSignatureHeader)))
    return fail(Code::not_authenticated, "the body's signature does not hold");
  return "signed hook";
}

Result<std::string> read_hook_secret(const Config& config) {
  if (config.hooks_secret_file.empty()) return "";
  const auto file = config.at(config.hooks_secret_file);
  const Bytes bytes = DROVER_TRY(
      fs::read_file(fs::real_file_system(), file, kSecretBytesMax).in("hooks.secret_file " + file.string()));
  std::string secret(as_text(bytes));
  secret.erase(secret.find_last_not_of(" \t\r\n") + 1);
  if (secret.size() < kSecretBytesMin)
    return fail(Code::invalid_argument, fmt::format("hooks.secret_file {}: a secret has at least {} bytes",
                                                    file.string(), kSecretBytesMin));
  return secret;
}

}  // namespace drover::server
