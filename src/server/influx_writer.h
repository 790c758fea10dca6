#pragma once

#include <condition_variable>
#include <mutex>
#include <thread>

#include "server/services.h"
#include "sink/influx.h"
#include "sink/window_points.h"

namespace drover::server {

/// What a stored window's points tell.
sink::WindowFigures figures_for_influx(const db::WindowRow& window);

/// `[influx]` of server.toml, paths from its directory.
sink::InfluxTarget influx_target(const Config& config);

/// Sends every stored window as points, in the order in which they came, on a thread of its own. How far it
/// came stands in the store (setting "influx/sent"), written once the database has taken a batch: whatever
/// ends in between, the batch is sent again and overwrites itself. A database that is away is waited for; a
/// batch that it refuses for what it is goes aside (influx-refused/ in server.toml's directory).
class InfluxWriter {
 public:
  InfluxWriter(Services& services, sink::InfluxTarget target);
  ~InfluxWriter();  // ends a request under way
  InfluxWriter(const InfluxWriter&) = delete;
  InfluxWriter& operator=(const InfluxWriter&) = delete;

 private:
  struct Batch {
    std::int64_t last = 0;  // id of its last window
    std::size_t windows = 0;
    std::string lines = {};
  };
  void run();
  Status step();
  Result<Batch> next_batch();
  sink::WriteAnswer send(std::string lines);
  Status keep_answer(const Batch& batch, const sink::WriteAnswer& answer);
  Status advance(const Batch& batch);
  Status put_aside(const Batch& batch, const std::string& why);
  void wait(std::chrono::milliseconds time);
  bool is_stopping();

  Services& services_;
  sink::InfluxTarget target_;
  std::int64_t sent_ = -1;  // id of the last window that the database has; -1: not read yet
  std::size_t windows_max_;
  int tries_ = 0;  // in a row that brought nothing
  std::mutex mutex_;
  std::condition_variable stopping_changed_;
  bool stopping_ = false;  // guarded by mutex_
  std::thread thread_;     // last: it uses the rest
};

}  // namespace drover::server
