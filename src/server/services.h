#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <mutex>

#include "base/clock.h"
#include "db/blob_store.h"
#include "db/store.h"
#include "net/certificates.h"
#include "net/server.h"
#include "server/config.h"
#include "server/rate_limits.h"
#include "server/references.h"
#include "shadow/document.h"

namespace drover::server {

/// When each device was last heard of; written to the store now and then, not at every poll.
class SeenBook {
 public:
  void note(const DeviceId& device, UnixTime now);
  /// What was noted since the last call.
  std::map<DeviceId, UnixTime> take_changes();
  [[nodiscard]] std::optional<UnixTime> find(const DeviceId& device) const;

 private:
  mutable std::mutex mutex_;
  std::map<DeviceId, UnixTime> seen_;     // guarded by mutex_
  std::map<DeviceId, UnixTime> changed_;  // guarded by mutex_
};

/// Files of the repository that were served since the start; a Range counts as one.
struct RepositoryReads {
  std::atomic<std::uint64_t> metadata = 0, targets = 0;
};

/// What came in telemetry since the start; an entry that comes again counts again.
struct TelemetryReads {
  std::atomic<std::uint64_t> windows = 0, alerts = 0, refused = 0;
};

/// Alerts from outside since the start, by what was decided.
struct HookCounts {
  std::atomic<std::uint64_t> recorded = 0, held = 0, rolled_back = 0, repeated = 0;
  struct Values {
    std::uint64_t recorded = 0, held = 0, rolled_back = 0, repeated = 0;
  };
  [[nodiscard]] Values values() const { return {recorded, held, rolled_back, repeated}; }
  void count(const db::OutsideAlertDecided& decided) {
    if (!decided.is_new)
      ++repeated;
    else
      ++(decided.word == "rolled_back" ? rolled_back : decided.word == "held" ? held : recorded);
  }
};

/// What went to InfluxDB since the start: lines that it took, batches that it refused, tries in vain.
struct InfluxCounts {
  std::atomic<std::uint64_t> lines = 0, refused = 0, retries = 0;
};

class FleetLook;

/// What the handlers work with.
struct Services {
  Config config = {};
  Clock* clock = nullptr;
  std::unique_ptr<db::Store> store = {};
  std::unique_ptr<db::BlobStore> blobs = {};
  net::KeyAndCertificate authority = {};
  SeenBook seen = {};
  RepositoryReads reads = {};
  TelemetryReads telemetry = {};
  std::unique_ptr<RateLimits> limits = {};
  std::string hook_secret = {};  // empty: webhooks need an operator's token
  HookCounts hooks = {};
  InfluxCounts influx = {};
  std::shared_ptr<FleetLook> fleet = {};
  References references = {};
  /// From here on notify() and counters() are the running server's.
  void connect(net::Server& server) { server_ = &server; }
  /// Wakes the requests that wait for a key.
  void notify(const std::string& key) const {
    if (net::Server* server = server_) server->notify(key);
  }
  [[nodiscard]] net::ServerCounters counters() const {
    const net::Server* server = server_;
    return server == nullptr ? net::ServerCounters{} : server->counters();
  }

  [[nodiscard]] shadow::Limits shadow_limits() const {
    return {config.shadow_bytes_max, static_cast<int>(config.shadow_depth_max)};
  }

 private:
  std::atomic<net::Server*> server_ = nullptr;
};

}  // namespace drover::server
