#pragma once

#include <csignal>
#include <map>
#include <memory>
#include <vector>

#include "agent/channel_follower.h"
#include "agent/config.h"
#include "agent/control_request.h"
#include "agent/control_socket.h"
#include "agent/environment_watch.h"
#include "agent/health.h"
#include "agent/holdouts.h"
#include "agent/identity.h"
#include "agent/influx_sink.h"
#include "agent/metrics_part.h"
#include "agent/model_line.h"
#include "agent/notifier.h"
#include "agent/renewal.h"
#include "agent/retraining.h"
#include "agent/ring_drain.h"
#include "agent/shadow_sync.h"
#include "agent/telemetry.h"
#include "agent/watching.h"

namespace drover::agent {

/// The whole agent: one thread, one loop over poll(2). Its parts decide; here they are only joined.
class Agent : private WatchHands {
 public:
  /// Reads what the disk remembers and opens the sockets. `config` was checked. Errors: those of the disk;
  /// conflict when another agent runs; not_found when the device has no root of trust or no identity yet.
  static Result<std::unique_ptr<Agent>> open(const Config& config, Outside& outside);

  /// Until `stop` is set by a signal.
  void run(const volatile std::sig_atomic_t& stop);

 private:
  Agent(const Config& config, Outside& outside);
  Status begin();
  Status open_lines();
  Status open_sockets();
  void open_metrics();
  void open_influx();
  void join_server();
  Result<ModelLine*> line(const ModelName& model);
  std::vector<Part*> parts();
  void step();

  void assign(const ModelName& model, const lifecycle::Assignment& assignment);
  void take_up(const ModelName& model, const lifecycle::Assignment& assignment);
  void assign_again();
  void heard(const ShadowView& view);
  void refreshed(const Status& status);
  void observe();
  void look_at_clock();
  void tell(const ModelName& model, const lifecycle::Report& of_line);
  void blame(std::map<ModelName, lifecycle::Failure> troubles);
  [[nodiscard]] lifecycle::Report blamed(const ModelName& model, lifecycle::Report report) const;
  [[nodiscard]] lifecycle::Report report(const ModelName& model) const;
  void look_at_channels();
  std::optional<ActiveVersion> active(const ModelName& model) const;
  nlohmann::json look();
  nlohmann::json status();
  void look_at_health();
  [[nodiscard]] AgentSnapshot snapshot() const;
  [[nodiscard]] std::string version_name(const ModelName& model, const Digest& digest) const;
  Result<nlohmann::json> control(const nlohmann::json& document);
  Result<nlohmann::json> control_model(const ControlRequest& request, ModelLine& line);
  [[nodiscard]] LineServices services();
  [[nodiscard]] UpdaterOptions updater_options() const;
  [[nodiscard]] Holdouts::Options holdout_options() const;
  [[nodiscard]] bool is_at_rest() const;

  void tell(nlohmann::json entry) override;
  std::optional<std::string> take_back(const ModelName& model, const lifecycle::Failure& why) override;
  void hold(const ModelName& model, bool is_held) override;
  std::string retrain(const ModelName& model, const policy::Policy& policy,
                      const nlohmann::json& evidence) override;
  void alarmed(const ModelName& model, const Digest& digest, const std::string& why) override;
  void labelled(const ModelName& model, const Digest& digest, const monitor::Labelled& labels) override;

  Config config_;
  Outside& outside_;
  DeviceStore store_;
  IdentityStore identity_;
  repo::TrustStore trust_;
  Refresher refresher_;
  RingDrain rings_;
  Watching watching_;
  Holdouts holdouts_;
  Retraining retraining_;
  HealthReader health_;        // for telemetry and the shadow
  HealthReader health_shown_;  // for who asks on the device: its CPU is that since they last asked
  Health health_seen_;
  Monotonic health_due_{0};
  lifecycle::DeviceProperties device_;
  std::unique_ptr<Notifier> notifier_;
  std::unique_ptr<ControlSocket> control_;
  std::unique_ptr<MetricsPart> metrics_;
  std::unique_ptr<InfluxSink> influx_;
  std::unique_ptr<ChannelFollower> channels_;
  std::unique_ptr<ShadowListener> listener_;
  std::unique_ptr<ShadowReporter> reporter_;
  std::unique_ptr<Telemetry> telemetry_;
  std::unique_ptr<Renewal> renewal_;
  std::unique_ptr<EnvironmentWatch> environment_;
  std::map<ModelName, std::unique_ptr<ModelLine>> lines_;
  std::map<ModelName, lifecycle::Assignment> assigned_;  // as last heard
  std::map<ModelName, lifecycle::Failure> troubles_;     // why what is assigned now cannot be followed
  Monotonic assign_again_at_{0};
  bool was_online_ = false;
  bool clock_believed_ = true;
};

}  // namespace drover::agent
