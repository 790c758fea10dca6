#include "handle.h"

#include <algorithm>

namespace drover::sdk {

Handle::Handle(ModelName model, const Places& places)
    : model_(std::move(model)),
      model_dir_(places.state_dir / "models" / model_.str()),
      socket_(places.run_dir / "notify.sock"),
      watch_(model_dir_, socket_, model_),
      writer_(places.run_dir / (model_.str() + ".ring")),
      active_(remembered(Digest{})) {
  poll();
}

const Digest* Handle::remembered(const Digest& digest) {
  const auto found = std::ranges::find(seen_, digest);
  return found != seen_.end() ? &*found : &seen_.emplace_back(digest);
}

bool Handle::poll() {
  poll_ring();
  const Digest* now = remembered(watch_.look().value_or(Digest{}));
  return active_.exchange(now, std::memory_order_acq_rel) != now;
}

void Handle::poll_ring() {
  const std::lock_guard lock(ring_mutex_);
  writer_.poll();
}

void Handle::take_up(const Digest& digest) {
  const std::lock_guard lock(ring_mutex_);
  writer_.hello(digest);
}

}  // namespace drover::sdk
