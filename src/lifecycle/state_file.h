#pragma once

#include <string>
#include <string_view>

#include "lifecycle/record.h"

namespace drover::lifecycle {

inline constexpr int kStateSchema = 1;
inline constexpr std::size_t kStateBytesMax = std::size_t{4} << 20;

/// state.json: docs/formats/device.md.
std::string to_json(const Records& records);

/// Reads state.json of this schema or an older one, which is brought up step by step. Errors: bad_state with
/// the model and the key; unsupported for a schema that only a newer agent knows; too_large.
Result<Records> parse_records(std::string_view json);

}  // namespace drover::lifecycle
