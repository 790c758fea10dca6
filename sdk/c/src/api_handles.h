#pragma once

#include "drover/drover.h"
#include "session.h"

// What the opaque types of the C interface are.

struct drover_model {
  drover::sdk::Handle handle;
};

struct drover_version {
  drover::sdk::HeldVersion held;
  std::string digest, number, path;
};

struct drover_session {
  drover::sdk::Session session;
};
