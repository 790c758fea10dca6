#include "server/app.h"

#include <fmt/format.h>

#include "base/log.h"
#include "server/fleet_figures.h"
#include "server/hook_access.h"
#include "server/publication.h"
#include "server/router.h"

namespace drover::server {
namespace {

constexpr std::chrono::seconds kHousePeriod{10};
constexpr int kPeriodsBetweenRenewals = 60;
constexpr std::size_t kPruneRows = 5000;  // at once, so that writers never wait long

Result<std::string> read_text(const Config& config, const std::string& path) {
  const auto file = config.at(path);
  const auto bytes = fs::read_file(fs::real_file_system(), file, 1 << 20);
  if (!bytes)
    return fail(bytes.error().code, fmt::format("{}: cannot be read ({}); \"drover init\" makes it",
                                                file.string(), bytes.error().message));
  return std::string(as_text(*bytes));
}

/// Where uploads arrive: beside the repository's files, so that they can be renamed into place.
std::filesystem::path upload_directory(const Config& config) {
  return config.at(config.repository) / ".uploads";
}

Status prepare_directories(const Config& config) {
  fs::FileSystem& files = fs::real_file_system();
  DROVER_TRY(fs::remove_tree(files, upload_directory(config)));  // what a crash left half-way
  return fs::make_directories(files, upload_directory(config));
}

Result<std::unique_ptr<Services>> open_services(Config config, Clock& clock) {
  auto services = std::make_unique<Services>();
  services->clock = &clock;
  services->authority.key = DROVER_TRY(read_text(config, config.ca_key));
  services->authority.certificate = DROVER_TRY(read_text(config, config.ca_certificate));
  DROVER_TRY(prepare_directories(config));
  services->store = DROVER_TRY(db::open_sqlite_store(config.at(config.database).string()));
  services->blobs = db::make_directory_blob_store(fs::real_file_system(), config.at(config.repository));
  services->hook_secret = DROVER_TRY(read_hook_secret(config));
  services->fleet = std::make_shared<FleetLook>();
  services->limits = std::make_unique<RateLimits>(config);
  services->config = std::move(config);
  return services;
}

net::ServerOptions server_options(const Config& config) {
  net::ServerOptions options;
  options.listeners.push_back(
      {.address = config.address,
       .port = config.port,
       .tls = net::TlsFiles{config.at(config.tls_certificate).string(), config.at(config.tls_key).string(),
                            config.at(config.ca_certificate).string()}});
  if (config.plain_port != 0) options.listeners.push_back({.port = config.plain_port});
  options.upload_directory = upload_directory(config);
  options.connections_max = config.connections_max;
  options.handler_threads = static_cast<int>(config.handler_threads);
  options.network_threads = static_cast<int>(config.network_threads);
  return options;
}

}  // namespace

Result<std::unique_ptr<App>> App::start(Config config, Clock& clock) {
  auto services = DROVER_TRY(open_services(std::move(config), clock));
  std::unique_ptr<App> app(new App(std::move(services)));
  const sink::InfluxTarget influx = influx_target(app->services_->config);
  DROVER_TRY(sink::check(influx));
  DROVER_TRY(app->listen());
  if (influx.is_set()) app->influx_ = std::make_unique<InfluxWriter>(*app->services_, influx);
  app->housekeeper_ = std::thread([app = app.get()] { app->keep_house(); });
  return app;
}

App::~App() { stop(); }

Status App::listen() {
  Services& services = *services_;
  net::Handlers handlers;
  handlers.answer = [&services](const net::Request& request) { return handle(services, request); };
  handlers.plan = [&services](const net::Request& head) { return plan_body(services.config, head); };
  handlers.admit = [&services](const net::Request& head) { return admit(services, head); };
  // Requests may come before start_server() returns; what they notify then, nobody waits for yet.
  server_ = DROVER_TRY(net::start_server(server_options(services.config), std::move(handlers)));
  services.connect(*server_);
  return {};
}

void App::stop() {
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) return;
    stopping_ = true;
  }
  stopping_changed_.notify_all();
  if (housekeeper_.joinable()) housekeeper_.join();
  influx_.reset();
  if (server_) server_->stop();
  write_seen();
}

void App::keep_house() {
  std::unique_lock lock(mutex_);
  for (int period = 1; !stopping_changed_.wait_for(lock, kHousePeriod, [this] { return stopping_; });
       ++period) {
    lock.unlock();
    write_seen();
    forget_old_telemetry();
    if (period % kPeriodsBetweenRenewals == 1) renew_metadata();
    lock.lock();
  }
}

void App::renew_metadata() {
  const auto renewed = renew_repository(*services_);
  if (renewed && *renewed) log::info("snapshot and timestamp are signed anew");
  if (!renewed && renewed.error().code != Code::conflict)
    log::error("snapshot and timestamp cannot be renewed", {{"error", renewed.error().text()}});
}

void App::write_seen() {
  const auto changes = services_->seen.take_changes();
  if (changes.empty()) return;
  if (const Status written = services_->store->note_seen(changes); !written)
    log::error("last-seen times cannot be stored", {{"error", written.error().text()}});
}

void App::forget_old_telemetry() {
  const auto forget = [&](std::chrono::milliseconds age, auto prune) {
    const UnixTime before = services_->clock->now() - std::chrono::floor<std::chrono::seconds>(age);
    const Result<std::size_t> pruned = (services_->store.get()->*prune)(before, kPruneRows);
    if (!pruned) log::error("what is old cannot be removed", {{"error", pruned.error().text()}});
  };
  forget(services_->config.telemetry_retention, &db::Store::prune_telemetry);
  forget(services_->config.windows_retention, &db::Store::prune_windows);
  forget(services_->config.alerts_retention, &db::Store::prune_alerts);
  forget(services_->config.alerts_retention, &db::Store::prune_outside_alerts);
}

}  // namespace drover::server
