#pragma once

#include <map>
#include <memory>

#include <nlohmann/json.hpp>

#include "agent/device_store.h"
#include "monitor/watch.h"

namespace drover::agent {

/// What watches keep over a restart: state_dir/watch/NAME.json, by version (docs/formats/device.md).
class WatchStore {
 public:
  WatchStore(const DeviceStore& store, fs::Path directory)
      : store_(store), directory_(std::move(directory)) {}

  /// The watch of an installed version, going on where it was kept. What cannot be read of its bundle is left
  /// out and logged: inferences are counted whatever else fails. Errors: those of the bundle's manifest.
  Result<std::unique_ptr<monitor::Watch>> open(const ModelName& model, const Digest& digest,
                                               monitor::Watch::Options options);

  /// Keeps the watch's state, with those of the versions kept last.
  Status keep(const ModelName& model, const Digest& digest, const monitor::Watch& watch);

 private:
  static constexpr std::size_t kVersionsMax = 4;
  /// Of each version, the newest first.
  using Kept = std::vector<std::pair<Digest, nlohmann::json>>;
  Kept& kept(const ModelName& model);

  const DeviceStore& store_;
  fs::Path directory_;
  std::map<ModelName, Kept> kept_;
};

}  // namespace drover::agent
