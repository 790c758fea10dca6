#pragma once

#include <nlohmann/json_fwd.hpp>

#include "base/result.h"
#include "monitor/window.h"

namespace drover::monitor {

/// docs/formats/window.md. `by` must be the window's own scheme; it gives the columns their names, so that
/// who reads it needs no bundle.
nlohmann::json to_json(const Window& window, const Scheme& by);

/// A window as it travels: with the names of its columns.
struct NamedWindow {
  Window window;
  std::vector<std::string> features;  // names, in order
};

/// Anything that adds up is taken, of whatever scheme. Errors: bad_json that names the place, unsupported
/// for another schema, too_many.
Result<NamedWindow> window_from_json(const nlohmann::json& document);

}  // namespace drover::monitor
