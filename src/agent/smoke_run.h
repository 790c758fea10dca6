#pragma once

#include <functional>

#include "agent/part.h"
#include "agent/updater.h"
#include "base/process.h"
#include "base/result.h"
#include "bundle/worker_client.h"

namespace drover::agent {

/// One smoke test in a worker process, with a limit of wall-clock time; the process ends with this object.
class SmokeRun : public Part {
 public:
  /// The report, or the refusal in words.
  using OnDone = std::function<void(Result<bundle::SmokeReport>)>;
  /// Errors: not_found and io_failed when the worker cannot be started.
  static Result<std::unique_ptr<SmokeRun>> start(const bundle::WorkerOptions& worker,
                                                 const std::string& version_directory, Haste haste,
                                                 OnDone done);

  void descriptors(std::vector<int>& into) const override;
  [[nodiscard]] Monotonic due() const override;
  void pump() override;

 private:
  SmokeRun(Child child, OnDone done) : child_(std::move(child)), done_(std::move(done)) {}
  Child child_;
  OnDone done_;
};

}  // namespace drover::agent
