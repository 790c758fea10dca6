#pragma once

#include <string>

#include <nlohmann/json_fwd.hpp>

/// What a server tells of windows, alerts and drift (docs/formats/operator-api.md), for people.
namespace drover::cli {

/// A line each.
std::string window_line(const nlohmann::json& window);
std::string alert_line(const nlohmann::json& alert);

/// An element of "versions": its columns as a table, its classes, and its devices where there are some.
std::string drift_text(const nlohmann::json& version);

}  // namespace drover::cli
