#pragma once

#include "server/services.h"
#include "shadow/document.h"

namespace drover::server {

/// What a device's long-poll waits for.
std::string shadow_key(const std::string& thing);

/// Whether a shadow may be called that; "" is the device's own.
bool is_shadow_name(const std::string& name);

/// A document as the store has it; an empty one for none.
Result<shadow::Document> parse_shadow(const std::optional<std::string>& stored);
/// The stored document; an empty one when there is none.
Result<shadow::Document> load_shadow(Services& services, const std::string& thing, const std::string& name);

struct ShadowChanged {
  shadow::Document before = {};
  shadow::Document after = {};
};

/// Changes a document as one step and wakes who waits for its desired section. `change` may refuse.
using ShadowChange = std::function<shadow::Outcome<shadow::Document>(const shadow::Document& before)>;
Result<shadow::Outcome<ShadowChanged>> change_shadow(Services& services, const std::string& thing,
                                                     const std::string& name, const ShadowChange& change);

/// Who asks for an update of a shadow.
enum class Author : std::uint8_t {
  device,    ///< reports, and may not say what models it is to run
  operator_  ///< says so: in the device's own shadow each of desired.models is a pin (assignment.h)
};

/// Applies an AWS update body: the answer's status and body, accepted or rejected.
net::Response update_shadow(Services& services, const std::string& thing, const std::string& name,
                            const std::string& body, Author author);

}  // namespace drover::server
