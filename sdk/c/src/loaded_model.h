#pragma once

#include <memory>
#include <string>

#include "runtime/engine.h"
#include "version.h"

namespace drover::sdk {

/// A held version and the session of the runtime that was made from it.
struct LoadedModel {
  HeldVersion version;
  std::unique_ptr<runtime::Session> session;
  std::string digest_text, number;

  [[nodiscard]] const char* label(std::int32_t class_index) const;
};

/// Reads and loads the version, and lets it infer once, so that the first real inference is not the slow one.
/// Errors: the runtime's.
Result<std::unique_ptr<LoadedModel>> load_model(HeldVersion version, runtime::Engine& engine,
                                                const runtime::SessionOptions& options);

}  // namespace drover::sdk
