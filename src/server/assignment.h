#pragma once

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

}  // namespace drover::server
