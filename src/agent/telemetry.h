#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string>

#include <nlohmann/json.hpp>

#include "agent/backoff.h"
#include "agent/download.h"
#include "agent/part.h"
#include "agent/ring_drain.h"
#include "base/seq_ranges.h"

namespace drover::agent {

/// Entries that the server has not acknowledged, in memory: the newest 240; what had to make room is told as
/// lost. An agent's start begins another epoch.
class TelemetrySpool {
 public:
  static constexpr std::size_t kEntriesMax = 240, kBatchMax = 30, kLostMax = 200;
  explicit TelemetrySpool(std::string epoch) : epoch_(std::move(epoch)) {}

  void add(nlohmann::json entry);
  [[nodiscard]] bool empty() const { return entries_.empty(); }
  /// The next request's body: the oldest entries, and what was lost.
  [[nodiscard]] nlohmann::json batch();
  /// Takes the server's answer to the last batch; what was lost since then is told by the next one. Errors:
  /// bad_response.
  Status acknowledge(const nlohmann::json& answer);
  [[nodiscard]] std::size_t size() const { return entries_.size(); }

 private:
  std::string epoch_;
  std::uint64_t next_seq_ = 1;
  std::deque<std::pair<std::uint64_t, nlohmann::json>> entries_;
  SeqRanges lost_;
  SeqRanges told_;  // of lost_, what the last batch told
};

/// What the inferences of one version showed: for telemetry and for `status`.
nlohmann::json to_json(const VersionTally& tally);

/// Looks at the device every period and sends what it saw.
class Telemetry : public Part {
 public:
  using Look = std::function<nlohmann::json()>;  // {"health":{…},"models":{…}}
  Telemetry(Outside& outside, std::string server, std::chrono::milliseconds every, Look look);
  ~Telemetry() override;

  [[nodiscard]] Monotonic due() const override;
  void pump() override;

 private:
  void send();
  void ended(const Result<net::ClientResponse>& response);

  Outside& outside_;
  std::string server_;
  std::chrono::milliseconds every_;
  Look look_;
  TelemetrySpool spool_;
  Backoff backoff_;
  std::optional<net::TransferId> transfer_;
  Monotonic look_due_{0}, send_due_{0};
};

}  // namespace drover::agent
