#include <utility>

#include "server/services.h"

namespace drover::server {

void SeenBook::note(const DeviceId& device, UnixTime now) {
  const std::lock_guard lock(mutex_);
  seen_[device] = changed_[device] = now;
}

std::map<DeviceId, UnixTime> SeenBook::take_changes() {
  const std::lock_guard lock(mutex_);
  return std::exchange(changed_, {});
}

std::optional<UnixTime> SeenBook::find(const DeviceId& device) const {
  const std::lock_guard lock(mutex_);
  const auto found = seen_.find(device);
  return found == seen_.end() ? std::nullopt : std::optional(found->second);
}

}  // namespace drover::server
