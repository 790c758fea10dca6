#pragma once

// Inside policy only: one value of policy.toml each, checked. Errors: bad_toml with line, column and key.
#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "base/toml.h"
#include "policy/place.h"

namespace drover::policy {

inline constexpr std::chrono::milliseconds kDurationMax = std::chrono::days(90);
inline constexpr std::uint64_t kCountMax = 1'000'000'000;

/// A string of the document, and where its opening quote stands.
struct PlacedText {
  std::string text;
  Place at;
};

Place place_of(const toml::node& node);
Place place_of(const toml::key& key);

/// "90s"; from `min` to `max`.
Result<std::chrono::milliseconds> read_duration(const toml::node& node, std::string_view key,
                                                std::chrono::milliseconds min = std::chrono::milliseconds(1),
                                                std::chrono::milliseconds max = kDurationMax);
/// A whole number.
Result<std::uint64_t> read_count(const toml::node& node, std::string_view key, std::uint64_t min = 0,
                                 std::uint64_t max = kCountMax);
/// A number from `min` to `max`.
Result<double> read_number(const toml::node& node, std::string_view key, double min, double max);
Result<bool> read_flag(const toml::node& node, std::string_view key);
/// A string of 1 to `bytes_max` bytes.
Result<PlacedText> read_text(const toml::node& node, std::string_view key, std::size_t bytes_max);
/// A list of 1 to `count_max` such strings; `example` is shown where it is none.
Result<std::vector<PlacedText>> read_texts(const toml::node& node, std::string_view key,
                                           std::string_view example, std::size_t count_max,
                                           std::size_t bytes_max);

}  // namespace drover::policy
