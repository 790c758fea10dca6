#pragma once

// Inside bundle only: the parts of manifest.json as nlohmann's values.
#include <string>

#include <nlohmann/json_fwd.hpp>

#include "base/json_fields.h"
#include "bundle/manifest.h"

namespace drover::bundle {

Result<Preprocess> read_preprocess(const nlohmann::json& value, const std::string& place);
nlohmann::ordered_json preprocess_json(const Preprocess& how);

}  // namespace drover::bundle
