#pragma once

#include <functional>
#include <memory>

#include "agent/part.h"
#include "agent/updater.h"
#include "base/process.h"
#include "base/result.h"

namespace drover::agent {

/// One run of drover-worker, with a limit of wall-clock time; the process ends with this object.
class WorkerRun : public Part {
 public:
  /// For bundle's interpret_*.
  using OnEnd = std::function<void(const ProcessResult&)>;
  /// `command`: as bundle's *_command() gives it. Errors: its own; not_found and io_failed when the worker
  /// cannot be started.
  static Result<std::unique_ptr<WorkerRun>> start(const Result<Command>& command, Haste haste, OnEnd ended);

  void descriptors(std::vector<int>& into) const override;
  [[nodiscard]] Monotonic due() const override;
  void pump() override;

 private:
  WorkerRun(Child child, OnEnd ended) : child_(std::move(child)), ended_(std::move(ended)) {}
  Child child_;
  OnEnd ended_;
};

}  // namespace drover::agent
