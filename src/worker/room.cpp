#include "worker/room.h"

#include <cmath>
#include <cstdio>

#include "base/clock.h"
#include "runtime/tflite_engine.h"
#include "worker/allocation_watch.h"

namespace drover::worker {

Result<LockedRoom> LockedRoom::enter(const Settings& settings) {
  LockedRoom room;
  room.engine_ = DROVER_TRY(runtime::open_tflite(settings.library));
  room.engine_->prepare();
  room.threads_ = settings.threads;
  watch_allocations();
  DROVER_TRY(lock_down(settings.limits));
  return room;
}

Result<std::unique_ptr<runtime::Session>> LockedRoom::load(Bytes model, const std::string& delegate) {
  // On stderr as it comes, so that the last words are there should the runtime crash.
  const auto log = [](std::string_view line) {
    std::fprintf(stderr, "%.*s\n", static_cast<int>(line.size()), line.data());
  };
  return engine_->load(
      std::move(model),
      {.threads = threads_, .delegate = delegate.empty() ? "xnnpack" : delegate, .log = log});
}

Status timed_invoke(runtime::Session& session, std::vector<double>& times_us) {
  const Monotonic start = system_clock().monotonic();
  DROVER_TRY(session.invoke());
  times_us.push_back(std::chrono::duration<double, std::micro>(system_clock().monotonic() - start).count());
  return {};
}

bundle::LatencyReport summarise(std::vector<double> times_us) {
  if (times_us.empty()) return {};
  std::ranges::sort(times_us);
  const std::size_t count = times_us.size();
  // The value that at least that share of the runs does not exceed.
  const auto quantile = [&](double share) {
    return times_us[static_cast<std::size_t>(std::ceil(share * static_cast<double>(count))) - 1];
  };
  return {.median_us = quantile(0.5), .p95_us = quantile(0.95), .max_us = times_us.back(), .runs = count};
}

}  // namespace drover::worker
