#pragma once

#include <nlohmann/json.hpp>

#include "server/router.h"

namespace drover::server {

/// Writes down who did what. A change without its line is not answered as done.
Status audit(Services& services, const Call& call, std::string action, std::string target,
             const nlohmann::json& detail);

}  // namespace drover::server
