#pragma once

#include <nlohmann/json.hpp>

#include "server/services.h"

namespace drover::server {

/// What the operators' API answers in several places.

constexpr std::size_t kPageMax = 1000;
/// The parameter `count` of a list: 1 to kPageMax. Errors: invalid_argument.
Result<std::size_t> count_of(const net::Request& request, std::size_t when_absent);

/// A date, or null.
nlohmann::json optional_time(const std::optional<UnixTime>& time);

/// DEVICE of docs/formats/operator-api.md.
Result<nlohmann::json> describe(Services& services, const db::Device& device);

}  // namespace drover::server
