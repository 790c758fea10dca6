#pragma once

#include <vector>

#include "base/ids.h"
#include "shadow/document.h"

namespace drover::server {

struct Assignment {
  shadow::Update update = {};
  std::uint64_t order = 0;
};

/// The one place where desired.models.NAME is made: the version, and an order above every one that the device
/// has seen, so that a version which it took back is tried again.
Assignment assign(const shadow::Document& document, const ModelName& model, const Version& version);

/// What an update of the whole desired section says of one model.
struct Pin {
  ModelName model;
  std::optional<Version> version = {};      // none: the assignment is taken away
  std::optional<std::uint64_t> order = {};  // given only by who repeats what stands there
};

/// desired.models of an update, read: {"NAME":{"version":"1.2.3"}}, or null for a name. Rejected with 400 and
/// the place of what is wrong.
shadow::Outcome<std::vector<Pin>> read_pins(const shadow::Update& update);
/// The update with each pin put through assign(). One that repeats version and order as they stand changes
/// nothing; one with another order is rejected: the server counts.
shadow::Outcome<shadow::Update> pin(const shadow::Document& before, const std::vector<Pin>& pins,
                                    shadow::Update update);

}  // namespace drover::server
