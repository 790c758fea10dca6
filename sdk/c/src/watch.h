#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "base/digest.h"
#include "base/ids.h"
#include "base/unique_fd.h"

namespace drover::sdk {

/// Knows when to look at what is active: told by the agent over notify.sock; while no agent answers there, by
/// a timer. What is active is always read from the symlink, never believed from the socket.
class Watch {
 public:
  Watch(std::filesystem::path model_dir, std::filesystem::path socket, ModelName model);

  /// One descriptor for its life, readable when look() is due.
  [[nodiscard]] int fd() const { return epoll_.get(); }
  /// The active digest, none when no version is active. Reconnects if need be. Never blocks.
  std::optional<Digest> look();
  [[nodiscard]] bool connected() const { return static_cast<bool>(agent_); }

 private:
  void connect();
  void hear();
  void set_timer(bool on);

  std::filesystem::path model_dir_, socket_;
  ModelName model_;
  UniqueFd epoll_, timer_, agent_;
};

}  // namespace drover::sdk
