#pragma once

#include <optional>
#include <string>
#include <vector>

#include "agent/updater.h"

namespace drover::agent {

/// A look under way: at the active version's files and golden samples; then, when it has to give way, at one
/// kept version after another. It is in memory alone: whatever ends it, another one begins.
struct Updater::Look {
  std::string changed;             // of the environment, in words
  Digest version;                  // looked at now
  std::optional<Digest> manifest;  // its manifest's SHA-256, once its files were found whole
  std::optional<lifecycle::Failure> damage, samples;  // of the active version
  std::optional<lifecycle::Failure> why;              // it gives way: candidates are looked at
  std::vector<Digest> candidates;                     // still to be looked at, the newest last
};

}  // namespace drover::agent
