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

  struct Opened {
    Version version;
    std::unique_ptr<monitor::Watch> watch;
  };
  /// The watch of an installed version, going on where it was kept. What cannot be read of its bundle is left
  /// out and logged: inferences are counted whatever else fails. Errors: those of the bundle's manifest.
  Result<Opened> open(const ModelName& model, const Digest& digest, monitor::Watch::Options options);

  /// Keeps a watch's state (Watch::save), with those of the versions kept last.
  Status keep(const ModelName& model, const Digest& digest, nlohmann::json state);
  /// The version whose state was kept last: the one that was active, for what keeps active ones' alone.
  [[nodiscard]] std::optional<Digest> kept_last(const ModelName& model);

  /// What labels can be joined to (LineWatch::save_labels), over a stop of the agent: it is taken once.
  Status keep_labels(const ModelName& model, ByteView labels);
  [[nodiscard]] std::optional<Bytes> take_labels(const ModelName& model);

 private:
  static constexpr std::size_t kVersionsMax = 4;
  /// Of each version, the newest first.
  using Kept = std::vector<std::pair<Digest, nlohmann::json>>;
  Kept& kept(const ModelName& model);
  [[nodiscard]] fs::Path labels_file(const ModelName& model) const;

  const DeviceStore& store_;
  fs::Path directory_;
  std::map<ModelName, Kept> kept_;
};

}  // namespace drover::agent
