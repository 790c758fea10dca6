#pragma once

#include <optional>
#include <string>

#include <nlohmann/json_fwd.hpp>

#include "base/digest.h"
#include "base/ids.h"
#include "base/result.h"

namespace drover::agent {

/// What a person on the device asks of the running agent, understood. docs/formats/control-socket.md.
struct ControlRequest {
  enum class Verb { status, history, rollback, pin, unpin, clear_quarantine };
  Verb verb = Verb::status;
  std::optional<ModelName> model;  // none: the only one there is
  std::optional<Version> version;  // of rollback; none: the previous one
  std::optional<Digest> digest;    // there for clear_quarantine
};

/// Errors: bad_json for what is no object; invalid_argument, which names the member or the verb.
Result<ControlRequest> read_control_request(const nlohmann::json& document);

}  // namespace drover::agent
