#pragma once

#include <atomic>
#include <deque>
#include <filesystem>
#include <mutex>
#include <optional>

#include "ring/writer.h"
#include "watch.h"

namespace drover::sdk {

/// Where the device keeps things.
struct Places {
  std::filesystem::path state_dir;
  std::filesystem::path run_dir;
};

/// A model line as this process sees it: what drover_model_t is.
class Handle {
 public:
  Handle(ModelName model, const Places& places);

  [[nodiscard]] const std::filesystem::path& model_dir() const { return model_dir_; }
  [[nodiscard]] int fd() const { return watch_.fd(); }
  /// A second pair of eyes on the same model line, for a thread of its own.
  [[nodiscard]] Watch watch() const { return {model_dir_, socket_, model_}; }

  /// Whether another version is active than at the last call. For one thread at a time.
  bool poll();
  /// Looks for the agent's ring; from any thread.
  void poll_ring();
  /// Tells the agent that this process takes up the version, so that its death is charged to that one; from
  /// any thread. All 0: to none.
  void take_up(const Digest& digest);
  ring::Writer& writer() { return writer_; }
  [[nodiscard]] const ring::Writer& writer() const { return writer_; }
  /// The digest that was active at the last poll; all 0 when none was. From any thread.
  [[nodiscard]] const Digest& active() const { return *active_.load(std::memory_order_acquire); }

 private:
  const Digest* remembered(const Digest& digest);

  ModelName model_;
  std::filesystem::path model_dir_, socket_;
  Watch watch_;
  std::mutex ring_mutex_;
  ring::Writer writer_;
  std::deque<Digest> seen_;  // never shrinks: record() may be reading any of them
  std::atomic<const Digest*> active_;
};

}  // namespace drover::sdk
