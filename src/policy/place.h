#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace drover::policy {

/// Where something stands in policy.toml, both from 1; a column is a character. Where a thing stands says
/// nothing of what it is: all places are equal.
struct Place {
  std::uint32_t line = 0;
  std::uint32_t column = 0;

  bool operator==(const Place&) const { return true; }
};

/// Those of a list's elements.
struct Places {
  std::vector<Place> each = {};

  bool operator==(const Places&) const { return true; }
};

/// bad_toml: "line 3, column 14: …".
std::unexpected<Error> bad_at(Place place, std::string_view what);

/// Where byte `offset` of a string's value stands, whose opening quote stands at `opening` of `document`,
/// which is valid TOML: escapes and the line ends of """…""" take more room there than in the value.
Place place_in_string(std::string_view document, Place opening, std::size_t offset);

}  // namespace drover::policy
