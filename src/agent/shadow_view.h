#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "base/ids.h"
#include "base/result.h"
#include "lifecycle/record.h"

namespace drover::agent {

/// What the agent reads in its shadow.
struct ShadowView {
  std::map<ModelName, lifecycle::Assignment> desired;
  std::map<std::string, Error> refused;  // entries of desired.models that cannot be understood, by name
  std::uint64_t desired_version = 0;     // what the next long-poll waits on
};

/// Why the agent does not take up an assignment that it can read; none when it does. `reached`: the order of
/// the newest that it took up.
std::optional<Error> stale(const ModelName& model, const lifecycle::Assignment& assignment,
                           std::optional<std::uint64_t> reached);

/// Reads the answer of GET /device/v1/shadow. One entry that is wrong spoils no other. Errors: bad_response.
Result<ShadowView> read_shadow(std::string_view body);

}  // namespace drover::agent
