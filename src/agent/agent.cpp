#include "agent/agent.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "agent/device_properties.h"
#include "agent/smoke_memory.h"
#include "agent/status.h"
#include "base/log.h"
#include "lifecycle/changes.h"

namespace drover::agent {
namespace {

using std::chrono::milliseconds;

/// The engine takes an assignment that it knows only when another round is due, so it is told now and then.
constexpr std::chrono::seconds kAssignAgainEvery{15};
constexpr milliseconds kWaitMax{60'000};

}  // namespace

Agent::Agent(const Config& config, Outside& outside)
    : config_(config),
      outside_(outside),
      store_(outside.files, config.state_dir),
      identity_(outside.files, config.state_dir / "identity"),
      trust_(outside.files, config.trust()),
      refresher_(outside, trust_, repo::ClientUrls::below(config.repository_url()),
                 {.every = config.poll, .jitter = config.poll_jitter, .stall = config.stall_timeout},
                 [this](const Status& status) { refreshed(status); }),
      rings_(config.run_dir, outside.clock),
      watching_(store_, outside.clock, config.state_dir / "watch", {.window = config.window}, *this),
      holdouts_(
          store_, outside.clock, holdout_options(), [this] { return is_at_rest(); },
          [this](const ModelName& model, const lifecycle::Installed& version,
                 const bundle::HoldoutReport& report) { watching_.measured(model, version, report); }),
      retraining_(outside, config.state_dir / "watch"),
      health_("/proc", config.sysfs, config.state_dir),
      health_shown_("/proc", config.sysfs, config.state_dir) {
  rings_.tell(watching_);
  static_cast<void>(health_shown_.read());  // what the first one who asks compares with
}

Result<std::unique_ptr<Agent>> Agent::open(const Config& config, Outside& outside) {
  std::unique_ptr<Agent> agent(new Agent(config, outside));
  DROVER_TRY(agent->begin());
  return agent;
}

Status Agent::begin() {
  DROVER_TRY(fs::make_directories(outside_.files, config_.run_dir));
  DROVER_TRY(open_sockets());
  DROVER_TRY(identity_.recover());
  for (const std::string& amiss : DROVER_TRY(store_.open())) log::warn(amiss);
  open_influx();
  bundle::WorkerOptions worker;
  worker.program = config_.worker;
  const auto engine = bundle::ask_engine(worker);
  device_ = device_properties(engine, config_.labels);
  if (const std::uint64_t owner_mb = config_.smoke_memory_mb_max; owner_mb != 0)
    device_.memory_mb = std::min(device_.memory_mb, owner_mb);
  environment_ = std::make_unique<EnvironmentWatch>(outside_.clock, worker, engine,
                                                    [this](const lifecycle::Environment& environment) {
                                                      for (const auto& [model, line] : lines_)
                                                        line->updater().runs_under(environment);
                                                    });
  if (config_.standalone())
    channels_ = std::make_unique<ChannelFollower>(outside_, refresher_, config_.models,
                                                  [this](const ModelName& model, const Version& version) {
                                                    assign(model, {.version = version, .order = 0});
                                                  });
  else
    join_server();
  return open_lines();
}

Status Agent::open_sockets() {
  control_ = DROVER_TRY(ControlSocket::open(
      config_.control_socket(), [this](const nlohmann::json& request) { return control(request); }));
  notifier_ = DROVER_TRY(
      Notifier::open(config_.notify_socket(), [this](const ModelName& model) { return active(model); }));
  open_metrics();
  return {};
}

/// A device that cannot keep points does its work all the same.
void Agent::open_influx() {
  if (!config_.influx.is_set()) return;
  InfluxOptions options{.target = config_.influx,
                        .device = config_.device ? config_.device->str() : "",
                        .directory = config_.state_dir / "influx"};
  if (config_.influx_raw)
    options.raw_version = [this](const ModelName& model, const Digest& digest) {
      return version_name(model, digest);
    };
  auto opened = InfluxSink::open(outside_, std::move(options));
  if (!opened) return log::error("no points will be sent", {{"why", opened.error().text()}});
  influx_ = std::move(*opened);
  if (config_.influx_raw) rings_.tell(*influx_);
}

/// A device whose port is taken does its work all the same.
void Agent::open_metrics() {
  if (config_.metrics_address.empty()) return;
  auto opened = MetricsPart::open(config_.metrics_address, outside_.clock, [this] { return snapshot(); });
  if (opened)
    metrics_ = std::move(*opened);
  else
    log::warn("there will be no /metrics", {{"why", opened.error().text()}});
}

void Agent::join_server() {
  listener_ = std::make_unique<ShadowListener>(outside_, config_.server,
                                               [this](const ShadowView& view) { heard(view); });
  reporter_ = std::make_unique<ShadowReporter>(outside_, config_.server);
  telemetry_ = std::make_unique<Telemetry>(
      outside_,
      TelemetryOptions{.server = config_.server,
                       .every = config_.report,
                       .spool = {.directory = config_.spool(),
                                 .bytes_max = config_.spool_bytes_max,
                                 .age_max = std::chrono::ceil<std::chrono::seconds>(config_.spool_age_max)}},
      [this] { return look(); },
      [this] { return lifecycle::judge_clock(outside_.clock.now(), refresher_.time_bounds()).has_value(); });
  renewal_ = std::make_unique<Renewal>(outside_, config_.server, config_.device->str(), identity_,
                                       [this] { return refresher_.time_bounds(); });
}

/// Models that the disk remembers, and those that the configuration names.
Status Agent::open_lines() {
  const lifecycle::Records remembered = store_.records();  // a line that starts writes its record anew
  for (const auto& [model, record] : remembered) DROVER_TRY(line(model));
  for (const FollowedModel& followed : config_.models) DROVER_TRY(line(followed.name));
  return {};
}

LineServices Agent::services() {
  return {.outside = outside_,
          .refresher = refresher_,
          .worker = {.program = config_.worker,
                     .delegate = {},
                     .time_max = config_.smoke_timeout,
                     .memory_mb_max = config_.smoke_memory_mb_max},
          .download = {.tries_max = config_.download_tries_max, .stall = config_.stall_timeout},
          .active_changed =
              [this](const ModelName& model, const lifecycle::Installed& version) {
                notifier_->changed(model);
                watching_.active_changed(model, version);
                const auto known = watching_.holdout(model);
                holdouts_.active_changed(model, version, known ? std::optional(known->at_ms) : std::nullopt);
              },
          .report = [this](const ModelName& model, const lifecycle::Report& report) { tell(model, report); },
          .before_smoke_test = [this] { holdouts_.give_way(); }};
}

UpdaterOptions Agent::updater_options() const {
  UpdaterOptions options;
  options.device = device_;
  options.keep = config_.keep;
  options.requalify_every = config_.requalify_every;
  options.memory_mb_max = [owner_mb = config_.smoke_memory_mb_max](std::uint64_t asked_mb) {
    return smoke_memory_mb_max(
        {.owner_mb = owner_mb, .asked_mb = asked_mb, .available_mb = available_memory_mb()});
  };
  options.jitter = [random = outside_.random] { return static_cast<double>(random(1000)) / 1000; };
  return options;
}

Holdouts::Options Agent::holdout_options() const {
  return {.worker = {.program = config_.worker,
                     .delegate = {},
                     .time_max = config_.holdout_timeout,
                     .memory_mb_max = config_.smoke_memory_mb_max},
          .every = config_.holdout_every,
          .jitter = [random = outside_.random] { return static_cast<double>(random(1000)) / 1000; }};
}

/// No update is at work and no version is looked at.
bool Agent::is_at_rest() const {
  return std::ranges::none_of(lines_,
                              [](const auto& entry) { return entry.second && entry.second->is_at_work(); });
}

Result<ModelLine*> Agent::line(const ModelName& model) {
  if (!lines_.contains(model)) {
    DROVER_TRY(rings_.follow(model));
    std::unique_ptr<ModelLine>& line = lines_[model];
    line = std::make_unique<ModelLine>(model, store_, services(), updater_options());
    line->updater().runs_under(environment_->environment());
    line->start();
  }
  return lines_.at(model).get();
}

std::vector<Part*> Agent::parts() {
  // Windows end before the ring brings what belongs into the next ones.
  std::vector<Part*> parts = {control_.get(), notifier_.get(),    &watching_,  &rings_,
                              &refresher_,    environment_.get(), &retraining_};
  for (Part* part :
       std::initializer_list<Part*>{channels_.get(), listener_.get(), reporter_.get(), telemetry_.get(),
                                    renewal_.get(), metrics_.get(), influx_.get()})
    if (part != nullptr) parts.push_back(part);
  for (const auto& [model, line] : lines_) parts.push_back(line.get());
  parts.push_back(&holdouts_);  // after those that it leaves the machine to
  return parts;
}

void Agent::run(const volatile std::sig_atomic_t& stop) {
  log::info("agent runs",
            {{"state_dir", config_.state_dir.string()}, {"repository", config_.repository_url()}});
  while (stop == 0) step();
  rings_.drain();
  watching_.stop();
  if (influx_) influx_->flush();
  log::info("agent stops");
}

void Agent::step() {
  std::vector<int> descriptors;
  Monotonic due = outside_.clock.monotonic() + kWaitMax;
  for (const Part* part : parts()) {
    part->descriptors(descriptors);
    due = std::min(due, part->due());
  }
  due = std::min({due, assign_again_at_, health_due_});
  const auto wait = std::chrono::ceil<milliseconds>(due - outside_.clock.monotonic());
  outside_.http.poll(descriptors, std::max(wait, milliseconds(0)));
  look_at_health();
  for (Part* part : parts()) part->pump();
  observe();
  look_at_clock();
  look_at_channels();
  assign_again();
}

void Agent::assign(const ModelName& model, const lifecycle::Assignment& assignment) {
  assigned_[model] = assignment;
  take_up(model, assignment);
}

void Agent::take_up(const ModelName& model, const lifecycle::Assignment& assignment) {
  const auto found = line(model);
  if (!found)
    log::error("the model cannot be taken up", {{"model", model.str()}, {"why", found.error().text()}});
  else
    (*found)->updater().assign(assignment);
}

void Agent::assign_again() {
  if (outside_.clock.monotonic() < assign_again_at_) return;
  assign_again_at_ = outside_.clock.monotonic() + kAssignAgainEvery;
  for (const auto& [model, assignment] : assigned_) take_up(model, assignment);
}

void Agent::heard(const ShadowView& view) {
  if (!was_online_) reporter_->network_is_back();
  was_online_ = true;
  std::map<ModelName, lifecycle::Failure> troubles;
  for (const auto& [name, error] : view.refused)
    if (const auto model = ModelName::parse(name)) troubles[*model] = {error.code, error.text()};
  for (const auto& [model, assignment] : view.desired) {
    assign(model, assignment);
    const auto found = lines_.find(model);
    if (found == lines_.end()) continue;
    const auto reached = lifecycle::order_reached(found->second->updater().record());
    if (const auto old = stale(model, assignment, reached)) troubles[model] = {old->code, old->text()};
  }
  blame(std::move(troubles));
}

/// A channel that is not there is nobody's failed update: only the follower knows of it.
void Agent::look_at_channels() {
  if (!channels_) return;
  std::map<ModelName, lifecycle::Failure> troubles;
  for (const auto& [model, error] : channels_->trouble()) troubles[model] = {error.code, error.text()};
  blame(std::move(troubles));
}

void Agent::refreshed(const Status& status) {
  if (reporter_) reporter_->report_repository(refresher_.trouble());
  if (status && channels_) channels_->refreshed();
  for (const auto& [model, line] : lines_) line->refreshed(status);
}

void Agent::observe() {
  if (listener_ && !listener_->online()) was_online_ = false;
  for (const auto& [model, line] : lines_) line->observe(rings_.model(model));
}

/// A clock that was wrong and is right again, as after a boot without network, ends all waiting for it.
void Agent::look_at_clock() {
  const Status judged = lifecycle::judge_clock(outside_.clock.now(), refresher_.time_bounds());
  const bool was_believed = std::exchange(clock_believed_, judged.has_value());
  if (was_believed == clock_believed_) return;
  if (!judged) return log::warn("the clock is not believed", {{"why", judged.error().text()}});
  log::info("the clock is right again");
  refresher_.ask();
  if (listener_) listener_->try_now();
  for (const auto& [model, line] : lines_) line->updater().clock_is_right();
  assign_again_at_ = Monotonic(0);
}

/// What cannot be followed goes before how an earlier assignment ended: it is about the present one.
lifecycle::Report Agent::blamed(const ModelName& model, lifecycle::Report report) const {
  if (const auto found = troubles_.find(model); found != troubles_.end()) report.error = found->second;
  return report;
}

lifecycle::Report Agent::report(const ModelName& model) const {
  const auto found = lines_.find(model);
  return found == lines_.end() ? lifecycle::Report{} : found->second->updater().report();
}

void Agent::blame(std::map<ModelName, lifecycle::Failure> troubles) {
  if (troubles == troubles_) return;
  std::set<ModelName> concerned;
  for (const auto* each : {&troubles, &troubles_})
    for (const auto& [model, why] : *each) concerned.insert(model);
  troubles_ = std::move(troubles);
  for (const ModelName& model : concerned) tell(model, report(model));
}

void Agent::tell(const ModelName& model, const lifecycle::Report& of_line) {
  const lifecycle::Report report = blamed(model, of_line);
  log::info("update", {{"model", model.str()},
                       {"state", std::string(lifecycle::name(report.state))},
                       {"active", report.version ? report.version->str() : "none"},
                       {"error", report.error ? std::string(name(report.error->code)) : "none"},
                       {"why", report.error ? report.error->message : ""}});
  if (reporter_) reporter_->report(model, report);
}

std::optional<ActiveVersion> Agent::active(const ModelName& model) const {
  const auto found = lines_.find(model);
  if (found == lines_.end() || !found->second) return std::nullopt;
  const auto& active = found->second->updater().record().active;
  if (!active) return std::nullopt;
  return ActiveVersion{.digest = active->digest, .version = active->version};
}

void Agent::look_at_health() {
  if (outside_.clock.monotonic() < health_due_) return;
  health_due_ = outside_.clock.monotonic() + config_.report;
  health_seen_ = health_.read();
  if (reporter_) reporter_->report_health(to_json(health_seen_));
}

nlohmann::json Agent::look() {
  nlohmann::json health = to_json(health_seen_);
  health["agent"] = DROVER_VERSION;
  nlohmann::json models = nlohmann::json::object();
  for (const auto& [model, line] : lines_)
    if (const auto& active = line->updater().record().active) {
      const VersionTally* tally = rings_.model(model).tally.version(active->digest);
      models[model.str()] = to_json(tally != nullptr ? *tally : VersionTally{});
      models[model.str()]["digest"] = active->digest.hex();
      models[model.str()]["dropped"] = rings_.model(model).dropped;
    }
  return {{"health", std::move(health)}, {"models", std::move(models)}};
}

}  // namespace drover::agent
