#include "ring/reader.h"

#include <cstring>
#include <map>

#include "ring/owner.h"

namespace drover::ring {
namespace {

Digest digest_of(const std::array<std::atomic<std::uint64_t>, 4>& hello) {
  Digest digest;
  for (std::size_t word = 0; word < hello.size(); ++word) {
    const std::uint64_t value = hello[word].load(std::memory_order_relaxed);
    std::memcpy(digest.bytes.data() + word * sizeof value, &value, sizeof value);
  }
  return digest;
}

}  // namespace

Drained& Drained::operator+=(const Drained& other) {
  records += other.records;
  dropped += other.dropped;
  bad += other.bad;
  deaths.insert(deaths.end(), other.deaths.begin(), other.deaths.end());
  return *this;
}

Reader::Reader(const Mapping& mapping)
    : Reader(mapping.region(),
             [file = mapping.file()](std::uint64_t owner) { return is_held(file, owner); }) {}
Reader::Reader(Region region, Alive alive) : region_(region), alive_(std::move(alive)) {}

Drained Reader::drain(const Sink& sink) {
  Drained total;
  std::map<std::uint64_t, Digest> dead;  // a process may have held several lanes
  for (std::uint32_t lane = 0; lane < region_.shape().lanes; ++lane) {
    LaneHeader& header = region_.lane(lane);
    // Whether the writer lives is asked before its records are taken: what a dead one wrote is then all
    // there.
    std::uint64_t owner = header.owner.load(std::memory_order_acquire);
    const bool died = owner != 0 && !alive_(owner);
    total += drain_lane(lane, sink);
    const Digest taken_up = digest_of(header.hello);  // before the lane is another's
    if (!died || !header.owner.compare_exchange_strong(owner, 0, std::memory_order_acq_rel)) continue;
    Digest& of_process = dead[owner];
    if (of_process == Digest{}) of_process = taken_up;
  }
  for (const auto& [owner, digest] : dead) total.deaths.push_back(digest);
  return total;
}

Drained Reader::drain_lane(std::uint32_t lane, const Sink& sink) {
  Drained found;
  LaneHeader& header = region_.lane(lane);
  std::uint64_t tail = header.tail.load(std::memory_order_relaxed);
  const std::uint64_t head = header.head.load(std::memory_order_acquire);
  if (head - tail > region_.shape().records) {
    ++found.bad;
    tail = head;
  }
  for (; tail != head; ++tail) {
    Record record;
    std::memcpy(&record, &region_.slot(lane, tail), sizeof record);
    if (is_valid(record)) {
      ++found.records;
      sink(record);
    } else {
      ++found.bad;
    }
  }
  header.tail.store(tail, std::memory_order_release);

  const std::uint64_t dropped = header.dropped.load(std::memory_order_relaxed);
  const std::uint64_t seen = header.dropped_seen.exchange(dropped, std::memory_order_relaxed);
  if (dropped >= seen) found.dropped = dropped - seen;
  return found;
}

std::vector<Writing> Reader::writers() const {
  std::vector<Writing> writers;
  for (std::uint32_t lane = 0; lane < region_.shape().lanes; ++lane) {
    const LaneHeader& header = region_.lane(lane);
    const std::uint64_t owner = header.owner.load(std::memory_order_acquire);
    if (owner != 0)
      writers.push_back(
          {.pid = header.pid.load(std::memory_order_relaxed), .digest = digest_of(header.hello)});
  }
  return writers;
}

}  // namespace drover::ring
