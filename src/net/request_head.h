#pragma once

#include "net/server.h"

namespace drover::net {

/// A request without its body, from its first line to the empty one. Errors: invalid_argument.
Result<Request> parse_request_head(std::string head);

}  // namespace drover::net
