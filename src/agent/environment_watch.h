#pragma once

#include <functional>
#include <optional>
#include <string>

#include "agent/part.h"
#include "base/process.h"
#include "bundle/worker_client.h"
#include "lifecycle/record.h"

namespace drover::agent {

/// Notices within a minute that the model runtime's library is another file than it was, and asks the worker
/// what it is now. A kernel or an OS changes with a restart, and is seen at the agent's start.
class EnvironmentWatch : public Part {
 public:
  using OnChanged = std::function<void(const lifecycle::Environment& environment)>;
  /// `engine`: what the worker said at the start.
  EnvironmentWatch(Clock& clock, bundle::WorkerOptions worker, const Result<bundle::AboutReport>& engine,
                   OnChanged on_changed);

  [[nodiscard]] const lifecycle::Environment& environment() const { return environment_; }

  void descriptors(std::vector<int>& into) const override;
  [[nodiscard]] Monotonic due() const override;
  void pump() override;

 private:
  void take(const Result<bundle::AboutReport>& engine);
  void look();
  void ask();

  Clock& clock_;
  bundle::WorkerOptions worker_;
  OnChanged on_changed_;
  lifecycle::Environment environment_;
  std::string library_, mark_;  // the runtime's file, and what told it from others
  std::optional<Child> asking_;
  Monotonic look_at_{0};
};

}  // namespace drover::agent
