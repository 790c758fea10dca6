#pragma once

#include <functional>
#include <optional>
#include <string>

#include <nlohmann/json.hpp>

#include "agent/backoff.h"
#include "agent/download.h"
#include "agent/part.h"
#include "agent/ring_drain.h"
#include "agent/telemetry_spool.h"

namespace drover::agent {

/// What the inferences of one version showed: for telemetry and for `status`.
nlohmann::json to_json(const VersionTally& tally);

struct TelemetryOptions {
  std::string server;
  std::chrono::milliseconds every;  // a look at the device
  SpoolOptions spool;
};

/// Looks at the device every period and sends what it saw, and what others add.
class Telemetry : public Part {
 public:
  using Look = std::function<nlohmann::json()>;  // {"health":{…},"models":{…}}
  /// `clock_is_right`: whether the clock's date may be believed now.
  Telemetry(Outside& outside, TelemetryOptions options, Look look, std::function<bool()> clock_is_right);
  ~Telemetry() override;

  /// An entry at any time: an object of at most 512 KiB as text. It is durable when this returns, and sent as
  /// soon as requests go. Where a look is due within half a period it comes along, so that a window and a
  /// look are one write.
  void add(nlohmann::json entry);
  [[nodiscard]] const TelemetrySpool& spool() const { return spool_; }

  [[nodiscard]] Monotonic due() const override;
  void pump() override;

 private:
  void keep(nlohmann::json entry);
  void send();
  void ended(const Result<net::ClientResponse>& response);

  Outside& outside_;
  std::string url_;
  std::chrono::milliseconds every_;
  Look look_;
  std::function<bool()> clock_is_right_;
  TelemetrySpool spool_;
  Backoff backoff_;
  std::optional<net::TransferId> transfer_;
  Monotonic look_due_{0}, send_due_{0}, forgive_due_{0};
};

}  // namespace drover::agent
