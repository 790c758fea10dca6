#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "handle.h"
#include "loaded_model.h"

namespace drover::sdk {

/// A thread that loads whatever becomes active, beside the model in use, and holds it ready to be taken. It
/// also keeps the ring attached. A version that cannot be loaded is tried again after a while, and at once
/// when the active version changes.
class Loader {
 public:
  static constexpr std::chrono::seconds kRetry{10};

  /// `handle` outlives it.
  Loader(Handle& handle, std::unique_ptr<runtime::Engine> engine, runtime::SessionOptions options);
  ~Loader();
  Loader(const Loader&) = delete;
  Loader& operator=(const Loader&) = delete;

  /// The model that was loaded since the last call; null when there is none. Never waits for loading.
  std::unique_ptr<LoadedModel> take();
  /// Waits until take() would give a model or has given one. Errors: timed_out, or why nothing is loaded.
  Status wait(std::chrono::milliseconds time_max);
  /// Why nothing is loaded.
  [[nodiscard]] Error reason() const;

 private:
  void run();
  void look(Watch& watch);
  void load();

  Handle& handle_;
  std::unique_ptr<runtime::Engine> engine_;
  runtime::SessionOptions options_;
  UniqueFd stop_;
  // Of the thread alone.
  std::optional<Digest> loaded_, failed_;
  std::chrono::steady_clock::time_point retry_at_;
  // Shared.
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::unique_ptr<LoadedModel> next_;
  std::atomic<bool> has_next_ = false;
  bool has_loaded_ = false;
  Error reason_{.code = Code::not_found, .message = "no version of the model is active on this device yet"};
  std::thread thread_;
};

}  // namespace drover::sdk
