#pragma once

#include <optional>
#include <string>

#include "agent/backoff.h"
#include "agent/download.h"
#include "agent/part.h"

namespace drover::agent {

/// Posts one evidence file to a policy's [retrain] url until it is taken (2xx) or refused for good (any other
/// answer than 408, 429 and 5xx), at most for a day: a device that is offline when its model goes wrong asks
/// when it is back. What is under way stands in a file, so that a restart goes on with it.
class EvidencePost : public Part {
 public:
  struct Job {
    std::string url;
    fs::Path evidence;
    std::int64_t begun_ms = 0;  // since 1970
  };

  /// `state`: the file that says what is under way.
  EvidencePost(Outside& outside, fs::Path state);
  ~EvidencePost() override;

  /// Errors: those of the disk; nothing is posted then.
  Status begin(const std::string& url, const fs::Path& evidence);
  [[nodiscard]] bool busy();

  [[nodiscard]] Monotonic due() const override;
  void pump() override;

 private:
  void read_state();
  void send();
  void answered(const Result<net::ClientResponse>& response);
  void again(std::string_view why, std::chrono::milliseconds at_least);
  void end();

  Outside& outside_;
  fs::Path state_;
  bool is_read_ = false;
  std::optional<Job> job_;
  std::optional<net::TransferId> transfer_;
  Monotonic due_{0};
  Backoff backoff_;
};

}  // namespace drover::agent
