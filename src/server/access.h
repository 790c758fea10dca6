#pragma once

#include "server/router.h"

namespace drover::server {

/// The device of the connection's certificate. Errors: not_authenticated without one, not_authorized for one
/// that was revoked or is not this server's.
Result<DeviceId> authenticate_device(Services& services, const net::Request& request);

/// The operator of the bearer token, with at least `role`. Errors: not_authenticated, not_authorized.
Result<db::Operator> authenticate_operator(Services& services, const net::Request& request, db::Role role);

/// Fills in who calls, or says why not.
Status let_in(Services& services, Access access, Call& call);

}  // namespace drover::server
