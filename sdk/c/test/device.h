#pragma once

#include <filesystem>
#include <string>

#include "base/digest.h"
#include "bundle/manifest.h"

namespace drover::sdk {

/// A device's directories as the agent keeps them, in a temporary directory; for tests.
class Device {
 public:
  Device();
  ~Device();
  Device(const Device&) = delete;
  Device& operator=(const Device&) = delete;

  [[nodiscard]] std::filesystem::path state() const { return root_ / "state"; }
  [[nodiscard]] std::filesystem::path run() const { return root_ / "run"; }
  [[nodiscard]] std::filesystem::path model_dir() const { return state() / "models" / "defect"; }
  [[nodiscard]] std::filesystem::path ring() const { return run() / "defect.ring"; }
  [[nodiscard]] std::filesystem::path version_dir(const Digest& digest) const {
    return model_dir() / "versions" / digest.hex();
  }

  /// Unpacks version `number` with a copy of `model`; twelve labels and the preprocessing of a 49×10 grey
  /// image.
  Digest install(const std::string& number, const std::filesystem::path& model);
  /// Replaces the symlink by rename.
  void activate(const Digest& digest);
  /// Removes the version unless somebody holds it, as the agent's pruning does; whether it did.
  bool prune(const Digest& digest);

 private:
  std::filesystem::path root_;
};

/// tests/data/models: MLPerf Tiny keyword spotting, 49×10 values to twelve classes.
std::filesystem::path float_model();
std::filesystem::path int8_model();

}  // namespace drover::sdk
