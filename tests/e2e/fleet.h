#pragma once

#include <memory>
#include <optional>
#include <string>

#include "harness.h"

namespace drover::e2e {

/// How to pack a version of the keyword-spotting model of tests/data/models.
struct Bundle {
  std::string version;
  std::string policy = "[probation]\nduration = \"100ms\"\nmin_samples = 0\nadopt_within = \"1h\"\n";
  bool wrong_golden = false;     // expected outputs that the model does not give
  std::size_t samples = 10;      // golden
  std::size_t ballast_mb = 0;    // a holdout of this size, to make the file large
  std::string requirement = {};  // KEY=VALUE
};

/// A workspace that `drover init` made.
class Workspace {
 public:
  /// `port`: of its server; none for a repository alone.
  explicit Workspace(const Path& directory, std::optional<int> port = std::nullopt);

  Path pack(const Bundle& bundle);
  /// pack(), publish and point `stable` at it.
  void publish(const Bundle& bundle);
  void publish_file(const Path& file);

  [[nodiscard]] const Path& directory() const { return directory_; }
  [[nodiscard]] Path repository() const { return directory_ / "repository"; }
  [[nodiscard]] Path root() const { return repository() / "metadata" / "1.root.json"; }
  [[nodiscard]] Path target(const std::string& version) const;
  static constexpr const char* kModel = "kws";

 private:
  Path directory_;
};

/// drover-server on a workspace with a port, and the operator's verbs.
class Server {
 public:
  Server(const Workspace& workspace, int port);
  void start();
  void stop() { process_->stop(); }
  void kill9() { process_->kill9(); }
  [[nodiscard]] std::string url() const;
  [[nodiscard]] int port() const { return port_; }
  /// drover … --workspace --json
  json operate(Words words) const;
  void assign(const std::string& device, const std::string& version) const;
  /// reported.models.kws of a device; empty object while there is none.
  json reported(const std::string& device) const;
  /// Until a device has reported this.
  void wait_reported(const std::string& device, const std::string& what,
                     const std::function<bool(const json&)>& done) const;

 private:
  Path directory_;
  int port_;
  std::unique_ptr<Process> process_;
};

/// One device: its directories, its agent, and what it says of itself.
class Device {
 public:
  /// Standalone, on a repository's URL.
  Device(const Path& directory, const Workspace& workspace, const std::string& repository_url = {},
         const std::string& more_config = {});

  /// Enrolled at a server, by a one-time token; through another URL (a proxy's) if given.
  Device(const Path& directory, const Workspace& workspace, const Server& server, const std::string& id,
         const std::string& server_url = {}, const std::string& more_config = {});

  void start(const Words& environment = {});
  void kill9() { agent_->kill9(); }
  int stop() { return agent_->stop(); }
  [[nodiscard]] Process& agent() { return *agent_; }
  [[nodiscard]] const Path& directory() const { return directory_; }

  /// drover-agent VERB … --json
  json ask(Words words) const;
  Ended try_ask(Words words) const;
  /// The model's entry in `status`; empty object when there is none.
  json model() const;
  /// state.json as it stands on the disk; empty object while there is none.
  json on_disk() const;
  void wait_for(const std::string& what, const std::function<bool(const json& model)>& done,
                std::chrono::seconds limit = std::chrono::seconds(60));
  /// Until this version is active, committed and nothing is under way.
  void wait_committed(const std::string& version);
  /// Until the last assignment ended with this code.
  void wait_refused(const std::string& code);
  void wait_running();
  /// Active is a whole version whose members have the manifest's SHA-256; when nothing is under way any more
  /// (`at_rest`), staging is empty.
  void expect_sound(const std::string& version, bool at_rest = true) const;

 private:
  Path directory_;
  std::unique_ptr<Process> agent_;
};

}  // namespace drover::e2e
