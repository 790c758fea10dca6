#pragma once

#include <functional>
#include <optional>
#include <string>

#include "agent/backoff.h"
#include "agent/part.h"
#include "agent/part_file.h"
#include "base/result.h"
#include "fs/file_system.h"
#include "net/http.h"

namespace drover::agent {

struct DownloadJob {
  std::string url;
  fs::Path path;             // grows here; what is there already is not fetched again
  std::uint64_t length = 0;  // as the signed metadata say
};

struct DownloadLimits {
  int tries_max = 8;  // in a row without progress
  std::chrono::milliseconds retry_first{1000}, retry_longest{300'000};
  std::chrono::milliseconds stall{30'000};  // without bytes_per_window_min more: the try is broken off
  std::uint64_t bytes_per_window_min = 4096;
};

/// The seams that parts of the agent reach the world through.
struct Outside {
  net::HttpClient& http;
  fs::FileSystem& files;
  Clock& clock;
  RandomBelow random;
};

/// One file fetched into place through drops, restarts and reboots: each try goes on where the bytes on disk
/// end. It ends, whatever the peer does: with success when `length` bytes are there and synced (whose digest
/// the caller checks), or with not_found, bad_length (the file there is shorter or longer), bad_response,
/// disk_full and other errors of the disk, or with the last try's error when tries_max in a row brought
/// nothing.
class Download : public Part {
 public:
  using OnDone = std::function<void(Status)>;
  Download(Outside& outside, DownloadJob job, DownloadLimits limits, OnDone done);
  ~Download() override;

  [[nodiscard]] Monotonic due() const override { return due_; }
  void pump() override;
  /// Bytes that are on disk.
  [[nodiscard]] std::uint64_t received() const { return part_ ? part_->size() : 0; }

 private:
  void begin();
  Status take(ByteView bytes);
  void judge(const Result<net::ClientResponse>& response);
  void retry(const Error& why);
  void check_speed();
  void finish(Status status);

  Outside& outside_;
  DownloadJob job_;
  DownloadLimits limits_;
  OnDone done_;
  Backoff backoff_;
  Monotonic due_{0};  // of the next try, or of the next look at the speed
  std::optional<net::TransferId> transfer_;
  std::optional<PartFile> part_;
  std::uint64_t at_try_ = 0, at_window_ = 0;  // bytes received when it began
  std::optional<Status> outcome_;
};

}  // namespace drover::agent
