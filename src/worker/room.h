#pragma once

#include <memory>
#include <vector>

#include "bundle/worker_protocol.h"
#include "runtime/engine.h"
#include "worker/files.h"
#include "worker/verbs.h"

namespace drover::worker {

/// The locked-down process with the runtime in it: made when all files are read, after which none can be
/// opened.
class LockedRoom {
 public:
  /// Errors: runtime_missing, unsupported.
  static Result<LockedRoom> enter(const Settings& settings);
  /// Errors as Engine::load; out_of_memory.
  Result<std::unique_ptr<runtime::Session>> load(Bytes model, const std::string& delegate);
  [[nodiscard]] std::uint64_t peak_memory_bytes() const { return memory_.bytes(); }

 private:
  std::unique_ptr<runtime::Engine> engine_;
  PeakMemory memory_;
  int threads_ = 1;
};

/// Runs the model once and adds the time it took, in microseconds.
Status timed_invoke(runtime::Session& session, std::vector<double>& times_us);

bundle::LatencyReport summarise(std::vector<double> times_us);

}  // namespace drover::worker
