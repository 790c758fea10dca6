#pragma once

#include "server/router.h"

namespace drover::server {

/// Who sends a webhook. Either an operator's bearer token, or Grafana's signature: the header
/// X-Grafana-Alerting-Signature is the hexadecimal HMAC-SHA256 of the body by the secret of
/// `hooks.secret_file`, or of "TIME:BODY" where X-Grafana-Alerting-Timestamp gives the time, at most five
/// minutes off.

/// Before the body is there: not_authenticated or not_authorized for who can be refused already.
Status may_send_hook(Services& services, const net::Request& head);
/// The sender of the whole request, for the audit.
Result<std::string> hook_sender(Services& services, const net::Request& request);

/// `timestamp`: the header's value, empty where there is none.
bool signature_holds(std::string_view secret, std::string_view body, std::string_view timestamp,
                     std::string_view signature);

/// The secret in `hooks.secret_file`, without white space at its end; "" where none is configured. Errors:
/// invalid_argument for fewer than 16 bytes.
Result<std::string> read_hook_secret(const Config& config);

}  // namespace drover::server
