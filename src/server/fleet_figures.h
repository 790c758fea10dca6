#pragma once

#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "server/services.h"

namespace drover::server {

/// A device that was heard of within this time is online: longer than a long-poll waits.
inline constexpr std::chrono::seconds kOnlineWithin{180};
/// How far back windows are looked at.
inline constexpr std::chrono::minutes kWindowsWithin{5};

/// Of a version on one device, by its newest window.
struct DeviceFigures {
  std::string device = {}, model = {}, version = {};
  std::uint64_t inferences = 0;
  std::optional<double> confidence = {}, confidence_rolling = {}, error_rate = {};
};

struct FiringAlert {
  std::string device = {}, model = {}, rule = {};
};

/// What /metrics tells of the whole fleet.
struct FleetFigures {
  std::uint64_t enrolled = 0, online = 0, revoked = 0;  // revoked ones are in neither of the others
  std::map<std::pair<std::string, std::string>, std::uint64_t> running = {};  // devices by model and version
  std::map<std::string, std::vector<db::WindowSums>> windows = {};            // by model
  std::vector<FiringAlert> firing = {};
  std::vector<DeviceFigures> devices = {};  // only where they are asked for
};

/// Share of inferences that failed, or, of the rest, whose labels say that they were wrong: f + (1 − f)·w.
/// Nothing without inferences.
std::optional<double> error_rate(std::uint64_t inferences, std::uint64_t failures, std::uint64_t labelled,
                                 std::uint64_t right);

/// Reads devices, shadows, windows and alerts: in 10 000 devices' time, so not at every request.
Result<FleetFigures> look_at_fleet(Services& services);

/// The figures of at most ten seconds ago. From any thread.
class FleetLook {
 public:
  Result<FleetFigures> figures(Services& services);

 private:
  std::mutex mutex_;
  std::optional<FleetFigures> seen_;  // guarded by mutex_
  Monotonic seen_at_{0};              // guarded by mutex_
};

}  // namespace drover::server
