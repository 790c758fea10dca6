#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>

#include "server/influx_writer.h"
#include "server/services.h"

namespace drover::server {

/// The whole server, running.
class App {
 public:
  /// Opens what the configuration names and listens. Errors name the file or the port and what to do.
  static Result<std::unique_ptr<App>> start(Config config, Clock& clock);
  ~App();
  App(const App&) = delete;
  App& operator=(const App&) = delete;

  [[nodiscard]] std::uint16_t port() const { return server_->port(0); }
  [[nodiscard]] std::uint16_t plain_port() const { return server_->port(1); }
  Services& services() { return *services_; }
  void stop();

 private:
  explicit App(std::unique_ptr<Services> services) : services_(std::move(services)) {}
  Status listen();
  void keep_house();
  void write_seen();
  void forget_old_telemetry();
  void renew_metadata();

  std::unique_ptr<Services> services_;
  std::unique_ptr<net::Server> server_;
  std::unique_ptr<InfluxWriter> influx_;
  std::mutex mutex_;
  std::condition_variable stopping_changed_;
  bool stopping_ = false;  // guarded by mutex_
  std::thread housekeeper_;
};

}  // namespace drover::server
