#pragma once

#include <atomic>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "harness.h"
#include "loopback.h"

namespace drover::e2e {

/// What a web server can do wrong.
enum class Fault {
  none,
  silent,        // headers, then nothing
  trickle,       // a byte ten times a second
  wrong_bytes,   // of the right length
  endless,       // a body without end
  not_found,     // 404
  server_error,  // 500
  redirects,     // 302 to the same place
  garbage,       // no HTTP at all
};

/// A plain web server of a repository's files, which misbehaves for some of them when told. It answers one
/// request a connection, with ranges.
class RepositoryPeer {
 public:
  explicit RepositoryPeer(Path repository);
  ~RepositoryPeer();
  RepositoryPeer(const RepositoryPeer&) = delete;
  RepositoryPeer& operator=(const RepositoryPeer&) = delete;

  [[nodiscard]] std::string url() const;
  /// For files whose path contains `part`; Fault::none ends it.
  void misbehave(const std::string& part, Fault fault);
  /// How many requests came for files whose path contains `part`.
  [[nodiscard]] int requests(const std::string& part) const;

 private:
  void serve();
  void answer(const UniqueFd& peer);
  Fault note(const std::string& path);
  void send_wrongly(const UniqueFd& peer, const std::string& path, std::string body, Fault fault) const;
  void stay(const UniqueFd& peer) const;

  Path repository_;
  UniqueFd listener_ = listen_on_loopback();
  int port_ = port_of(listener_);
  mutable std::mutex mutex_;
  std::string faulty_part_;
  Fault fault_ = Fault::none;
  std::map<std::string, int> requests_;  // by path
  std::atomic<bool> stop_ = false;
  std::vector<std::thread> answering_;
  std::thread thread_;
};

}  // namespace drover::e2e
