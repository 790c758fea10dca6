#pragma once

#include "server/router.h"

namespace drover::server {

/// The device that the first {} of the address names. not_found when it never enrolled.
Result<db::Device> named_device(Services& services, const Call& call);

}  // namespace drover::server
