#pragma once

#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "server/fleet_drift.h"

/// Parts of VERSION of docs/formats/operator-api.md; what is not finite is null.
namespace drover::server {

nlohmann::json totals_json(const monitor::Window& window);
nlohmann::json columns_json(const std::vector<ColumnDrift>& columns);
/// Names of classes are the scheme's, or numbers without one.
nlohmann::json classes_json(const monitor::Scheme* scheme, const WindowSum& sum);

}  // namespace drover::server
