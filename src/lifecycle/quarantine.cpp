#include "lifecycle/quarantine.h"

#include <algorithm>

namespace drover::lifecycle {

void add(std::vector<Quarantined>& quarantine, Quarantined entry) {
  remove(quarantine, entry.digest);
  quarantine.push_back(std::move(entry));
  if (quarantine.size() > kQuarantineMax) quarantine.erase(quarantine.begin());
}

const Quarantined* forbids(const std::vector<Quarantined>& quarantine, const Digest& digest,
                           std::uint64_t order) {
  const auto entry = std::ranges::find(quarantine, digest, &Quarantined::digest);
  return entry == quarantine.end() || order > entry->order ? nullptr : &*entry;
}

bool remove(std::vector<Quarantined>& quarantine, const Digest& digest) {
  return std::erase_if(quarantine, [&](const Quarantined& entry) { return entry.digest == digest; }) > 0;
}

}  // namespace drover::lifecycle
