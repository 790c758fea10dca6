#pragma once

#include <nlohmann/json_fwd.hpp>

#include "server/collected.h"

namespace drover::server {

/// VERSION of docs/formats/operator-api.md: the figures of all devices together, and of each beside the
/// others, those that stand out first. Devices whose counts cannot be added to the rest are left out.
nlohmann::json fleet_answer(VersionSums sums);
/// The same of one device, without the others.
nlohmann::json device_answer(const VersionSums& sums, const WindowSum& sum);

}  // namespace drover::server
