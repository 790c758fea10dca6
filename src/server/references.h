#pragma once

#include <list>
#include <memory>
#include <mutex>
#include <string>

#include "monitor/scheme.h"
#include "server/config.h"

namespace drover::server {

/// What published versions' windows are counted by: the signed baseline and the names of the classes, out of
/// the bundles in this server's repository. The 64 that were asked for last are kept.
class References {
 public:
  using Found = std::shared_ptr<const monitor::Scheme>;

  /// Of the model's bundle with this digest (64 hexadecimal digits), if the repository's signed metadata
  /// names it: the metadata's signatures and the file's SHA-256 are checked. A bundle without a baseline
  /// gives a scheme without columns. Errors: not_found, bad_digest, those of the repository and of the
  /// bundle.
  Result<Found> find(const Config& config, const std::string& model, const std::string& digest);

 private:
  static constexpr std::size_t kKeptMax = 64;
  struct Kept {
    std::string model, digest;
    Found found;
  };
  std::mutex mutex_;
  std::list<Kept> kept_;  // guarded by mutex_; the one used last stands first
};

}  // namespace drover::server
