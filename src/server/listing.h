#pragma once

#include <nlohmann/json.hpp>

#include "server/services.h"

namespace drover::server {

/// What the operators' API answers in several places.

constexpr std::size_t kPageMax = 1000;
/// The parameter `count` of a list: 1 to kPageMax. Errors: invalid_argument.
Result<std::size_t> count_of(const net::Request& request, std::size_t when_absent);

/// A parameter that is a time: a date, or how long ago ("1h"). In milliseconds since 1970. Errors:
/// invalid_argument.
Result<std::int64_t> time_of(const Services& services, const net::Request& request, const char* name,
                             std::int64_t when_absent);
/// "MILLISECONDS-ROW", by which a list goes on after its last element; in the parameter `before`. Errors:
/// invalid_argument.
Result<db::ListedUpTo> listed_up_to(const net::Request& request);
std::string to_text(const db::ListedUpTo& place);
/// The parameter `model`, which may be absent. Errors: invalid_argument.
Result<std::string> model_of(const net::Request& request);

/// A date, or null.
nlohmann::json optional_time(const std::optional<UnixTime>& time);

/// DEVICE of docs/formats/operator-api.md.
Result<nlohmann::json> describe(Services& services, const db::Device& device);

}  // namespace drover::server
