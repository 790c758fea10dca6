#include "ring/writer.h"

#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include <new>

#include "ring/owner.h"

namespace drover::ring {
namespace {

std::int64_t now_ns() {
  struct timespec now{};
  ::clock_gettime(CLOCK_REALTIME, &now);  // vDSO: no system call
  return std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

/// Ids of different writers, also of other processes and boots, hardly ever meet.
std::uint64_t random_start() { return random_owner(); }

using Words = std::array<std::uint64_t, 4>;

Words words_of(const std::array<std::uint8_t, 32>& digest) {
  Words words;
  std::memcpy(words.data(), digest.data(), sizeof words);
  return words;
}

void show(LaneHeader& lane, const Words& digest) {
  for (std::size_t word = 0; word < digest.size(); ++word)
    lane.hello[word].store(digest[word], std::memory_order_relaxed);
}

/// A word that reads 1 here and 0 in a forked child.
std::atomic<std::uint32_t>* fork_guard() {
  void* page = ::mmap(nullptr, kPageBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (page == MAP_FAILED) return nullptr;
  ::madvise(page, kPageBytes, MADV_WIPEONFORK);
  return new (page) std::atomic<std::uint32_t>(1);
}

/// A number that differs between threads, without thread-local storage (whose first use may allocate): stacks
/// lie far apart.
std::size_t this_stack() {
  const char here = 0;
  return (reinterpret_cast<std::uintptr_t>(&here) >> 16) * std::uintptr_t{0x9E3779B97F4A7C15} >> 60;
}

constexpr auto kNoStep = [](Step) {};

}  // namespace

/// A seat taken, until the end of the scope.
class Writer::Taken {
 public:
  explicit Taken(Seat& seat) : seat_(seat.busy.exchange(true, std::memory_order_acquire) ? nullptr : &seat) {}
  ~Taken() {
    if (seat_ != nullptr) seat_->busy.store(false, std::memory_order_release);
  }
  Taken(const Taken&) = delete;
  Taken& operator=(const Taken&) = delete;
  explicit operator bool() const { return seat_ != nullptr; }

 private:
  Seat* seat_;
};

Writer::Writer(std::filesystem::path path)
    : path_(std::move(path)),
      me_(random_owner()),
      pid_(static_cast<std::uint32_t>(::getpid())),
      not_forked_(fork_guard()) {
  for (Seat& seat : seats_) seat.next_id = random_start();
  poll();
}

Writer::~Writer() {
  for (Seat& seat : seats_) {
    if (is_forked()) seat.holds = Holds::nothing;  // the lane is the parent's
    move_to(seat, nullptr);
  }
  if (not_forked_ != nullptr) ::munmap(not_forked_, kPageBytes);
}

bool Writer::is_forked() const {
  return not_forked_ == nullptr || not_forked_->load(std::memory_order_relaxed) == 0;
}

std::uint64_t Writer::record(Record record) { return hand_over(record); }

bool Writer::label(std::uint64_t id, std::int32_t class_index) {
  Record record{.id = id, .kind = Kind::label, .class_index = class_index};
  return hand_over(record) != 0;
}

/// The record's id; 0 when it was dropped.
std::uint64_t Writer::hand_over(Record& record) {
  record.timestamp_ns = now_ns();
  if (is_forked()) return drop(nullptr);
  const std::size_t spread = spread_.load(std::memory_order_relaxed);
  const std::size_t first = this_stack() & (spread - 1);
  for (std::size_t step = 0; step < kSeats; ++step) {
    Seat& seat = seats_[(first + step) % kSeats];
    const Taken taken(seat);
    if (taken) return write(seat, record);
    if (spread < kSeats) spread_.store(spread * 2, std::memory_order_relaxed);
  }
  return drop(nullptr);
}

/// Counts one dropped record, with the lane's header if there is a lane; always 0.
std::uint64_t Writer::drop(const Seat* seat) {
  dropped_.fetch_add(1, std::memory_order_relaxed);
  if (seat != nullptr && seat->holds == Holds::lane)
    seat->mapping->region().lane(seat->cursor.lane).dropped.fetch_add(1, std::memory_order_relaxed);
  else
    untold_.fetch_add(1, std::memory_order_relaxed);
  return 0;
}

std::uint64_t Writer::new_id(Seat& seat) {
  if (seat.next_id == 0) seat.next_id = 1;
  return seat.next_id++;
}

std::uint64_t Writer::write(Seat& seat, Record& record) {
  if (!seat.mapping) return drop(nullptr);
  const Region region = seat.mapping->region();
  // The agent gives away the lane of a writer that it believes dead; another may hold it by now.
  if (seat.holds == Holds::lane && region.lane(seat.cursor.lane).owner.load(std::memory_order_relaxed) != me_)
    seat.holds = Holds::nothing;
  if (region.header().retired.load(std::memory_order_relaxed) != 0) return drop(nullptr);
  if (seat.holds == Holds::nothing) claim_lane(seat);
  if (seat.holds != Holds::lane) return drop(nullptr);

  const bool labels = record.kind == Kind::label;
  if (!labels) record.id = new_id(seat);
  if (!said_hello_.load(std::memory_order_relaxed)) mark(seat, region.lane(seat.cursor.lane), record);
  if (!append(region, seat.cursor, record, kNoStep)) return drop(&seat);
  (labels ? seat.labelled : seat.recorded).fetch_add(1, std::memory_order_relaxed);
  return record.id;
}

void Writer::claim_lane(Seat& seat) {
  const Region region = seat.mapping->region();
  for (std::uint32_t index = 0; index < region.shape().lanes; ++index) {
    LaneHeader& lane = region.lane(index);
    std::uint64_t nobody = 0;
    if (lane.owner.load(std::memory_order_relaxed) != 0 ||
        !lane.owner.compare_exchange_strong(nobody, me_, std::memory_order_acq_rel))
      continue;
    seat.cursor = {.lane = index,
                   .head = lane.head.load(std::memory_order_relaxed),
                   .tail = lane.tail.load(std::memory_order_acquire)};
    seat.holds = Holds::lane;
    seat.marked = {};
    lane.pid.store(pid_, std::memory_order_relaxed);
    say_hello(lane);
    tell_drops(lane);
    return;
  }
  seat.holds = Holds::no_free_lane;
}

/// Drops that happened without a lane.
void Writer::tell_drops(LaneHeader& lane) {
  lane.dropped.fetch_add(untold_.exchange(0, std::memory_order_relaxed), std::memory_order_relaxed);
}

/// What stands in hello_: all 0 before the first hello.
void Writer::say_hello(LaneHeader& lane) const {
  Words words;
  for (std::size_t word = 0; word < words.size(); ++word)
    words[word] = hello_[word].load(std::memory_order_relaxed);
  show(lane, words);
}

/// Without a hello, the lane shows the digest of its records.
void Writer::mark(Seat& seat, LaneHeader& lane, const Record& record) const {
  if (record.kind != Kind::inference || record.digest == seat.marked) return;
  seat.marked = record.digest;
  show(lane, words_of(record.digest));
}

void Writer::hello(const Digest& digest) {
  const Words words = words_of(digest.bytes);
  for (std::size_t word = 0; word < words.size(); ++word)
    hello_[word].store(words[word], std::memory_order_relaxed);
  said_hello_.store(true, std::memory_order_relaxed);
  for (Seat& seat : seats_) {
    const Taken taken(seat);  // a busy one is told at the next poll
    if (taken && seat.holds == Holds::lane) say_hello(seat.mapping->region().lane(seat.cursor.lane));
  }
}

void Writer::poll() {
  if (is_forked()) after_fork();
  if (!mapping_ || !mapping_->is_current(path_)) mapping_ = attach();
  for (Seat& seat : seats_) {
    const Taken taken(seat);
    if (!taken) continue;
    if (seat.mapping != mapping_) move_to(seat, mapping_);
    if (seat.holds == Holds::no_free_lane) seat.holds = Holds::nothing;
    // The first seat has a lane from now on, so that the agent knows of this process.
    if (&seat == &seats_.front() && mapping_ && seat.holds == Holds::nothing) claim_lane(seat);
    if (seat.holds != Holds::lane) continue;
    LaneHeader& lane = mapping_->region().lane(seat.cursor.lane);
    if (said_hello_.load(std::memory_order_relaxed)) say_hello(lane);
    tell_drops(lane);
  }
}

/// Null when there is no ring of this layout, or no lock that would show the agent that this process lives.
std::shared_ptr<Mapping> Writer::attach() const {
  Result<Mapping> attached = Mapping::attach(path_);
  if (!attached || !hold(attached->file(), me_)) return nullptr;
  return std::make_shared<Mapping>(std::move(*attached));
}

/// Gives the seat's lane back, if it is still ours, and goes over to another mapping.
void Writer::move_to(Seat& seat, std::shared_ptr<Mapping> mapping) {
  if (seat.holds == Holds::lane && seat.mapping->is_whole()) {
    std::uint64_t mine = me_;
    seat.mapping->region()
        .lane(seat.cursor.lane)
        .owner.compare_exchange_strong(mine, 0, std::memory_order_acq_rel);
  }
  seat.holds = Holds::nothing;
  seat.mapping = std::move(mapping);
}

/// In a forked child: the lanes are the parent's, and a seat that another thread had taken stays taken for
/// ever.
void Writer::after_fork() {
  if (not_forked_ == nullptr) return;
  me_ = random_owner();
  pid_ = static_cast<std::uint32_t>(::getpid());
  for (Seat& seat : seats_) {
    seat.next_id = random_start();
    seat.recorded = seat.labelled = 0;
    seat.holds = Holds::nothing;
    seat.mapping = nullptr;
    seat.busy.store(false, std::memory_order_relaxed);
  }
  mapping_ = nullptr;
  dropped_ = untold_ = 0;
  not_forked_->store(1, std::memory_order_relaxed);
}

bool Writer::attached() const { return mapping_ != nullptr; }

Writer::Counts Writer::counts() const {
  Counts counts{.dropped = dropped_.load(std::memory_order_relaxed)};
  for (const Seat& seat : seats_) {
    counts.recorded += seat.recorded.load(std::memory_order_relaxed);
    counts.labelled += seat.labelled.load(std::memory_order_relaxed);
  }
  return counts;
}

}  // namespace drover::ring
