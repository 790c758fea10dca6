#pragma once

#include <nlohmann/json.hpp>

#include "lifecycle/record.h"

namespace drover::agent {

/// What `drover-agent status` tells of a model: docs/formats/control-socket.md.
nlohmann::json status_of(const lifecycle::Record& record);
nlohmann::json history_of(const lifecycle::Record& record);

/// The same documents for people.
std::string status_text(const nlohmann::json& status);
std::string history_text(const nlohmann::json& history);

}  // namespace drover::agent
