#pragma once

#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

#include "base/result.h"

namespace drover {

struct JsonLimits {
  std::size_t bytes_max = 1 << 20;
  int depth_max = 32;
};

/// Parses JSON within limits. Refuses duplicate keys (two readers could see two documents), a byte-order
/// mark, invalid UTF-8 and anything after the document. Errors name line and column.
Result<nlohmann::json> parse_json(std::string_view text, const JsonLimits& limits = {});

/// OLPC canonical JSON, the form that TUF signs (not RFC 8785): keys sorted by code unit, no white space,
/// only `"` and
/// `\` escaped, integers only. Fails with bad_json on a floating-point number.
/// Source: http://wiki.laptop.org/go/Canonical_JSON; TUF 1.0.34 §4.1.
Result<std::string> canonical_json(const nlohmann::json& value);

}  // namespace drover
