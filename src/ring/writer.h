#pragma once

#include <array>
#include <filesystem>
#include <memory>

#include "base/digest.h"
#include "ring/append.h"

namespace drover::ring {

/// An application's end of a ring, from any number of threads. It holds up to kSeats lanes, each taken when a
/// thread finds the earlier ones busy. Without a ring (the agent is not there yet, or was upgraded) records
/// are dropped and counted, and the count reaches the agent when a lane is had.
class Writer {
 public:
  /// Threads that can be inside record() at one instant; one more drops and counts.
  static constexpr std::size_t kSeats = 16;

  /// What became of the records.
  struct Counts {
    std::uint64_t recorded = 0;  // inferences handed over
    std::uint64_t labelled = 0;  // labels handed over
    std::uint64_t dropped = 0;   // of either kind
  };

  /// Attaches if the ring is there.
  explicit Writer(std::filesystem::path path);
  /// Says goodbye: the lanes are free and the agent does not take it for a crash.
  ~Writer();
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  /// Fills in id and time and hands the inference to the agent. Returns the id; 0 when it was dropped.
  /// Never blocks, allocates or makes a system call.
  std::uint64_t record(Record record);
  /// Hands over what the inference `id` really was, however late, from any process; id > 0, class ≥ 0. False
  /// when it was dropped. Promises what record() does.
  bool label(std::uint64_t id, std::int32_t class_index);

  /// Looks for the ring where there is none, or where the agent has replaced it. A few system calls; call it
  /// now and then from one thread at a time. After a fork the child has no ring until it calls this.
  void poll();

  /// Tells the agent which version this process has taken up: that its death, should it come, is charged to.
  /// Shown by every lane it holds. A writer that never says it is taken to be at the version of its last
  /// record.
  void hello(const Digest& digest);

  [[nodiscard]] bool attached() const;
  [[nodiscard]] Counts counts() const;

 private:
  enum class Holds : std::uint8_t { nothing, lane, no_free_lane };

  /// What one thread at a time uses to write. `busy` is tried, never waited for.
  struct alignas(kLineBytes) Seat {
    std::atomic<bool> busy = false;
    Holds holds = Holds::nothing;
    Cursor cursor;
    std::shared_ptr<Mapping> mapping;
    std::uint64_t next_id = 0;
    std::array<std::uint8_t, 32> marked = {};  // the digest that its lane shows, without a hello
    std::atomic<std::uint64_t> recorded = 0, labelled = 0;
  };
  class Taken;

  std::uint64_t hand_over(Record& record);
  static std::uint64_t new_id(Seat& seat);
  std::uint64_t write(Seat& seat, Record& record);
  void claim_lane(Seat& seat);
  void move_to(Seat& seat, std::shared_ptr<Mapping> mapping);
  [[nodiscard]] std::shared_ptr<Mapping> attach() const;
  void say_hello(LaneHeader& lane) const;
  void mark(Seat& seat, LaneHeader& lane, const Record& record) const;
  void tell_drops(LaneHeader& lane);
  [[nodiscard]] bool is_forked() const;
  void after_fork();
  std::uint64_t drop(const Seat* seat);

  std::filesystem::path path_;
  std::uint64_t me_;  // ring/owner.h; held in every mapping that seats have
  std::uint32_t pid_;
  std::shared_ptr<Mapping> mapping_;        // poll's own; what seats should hold
  std::atomic<std::uint32_t>* not_forked_;  // a page of its own that the kernel zeroes in a child
  std::atomic<std::size_t> spread_ = 1;     // threads begin at one of so many seats; grows when they meet
  std::atomic<std::uint64_t> dropped_ = 0;
  std::atomic<std::uint64_t> untold_ = 0;  // of dropped_, what no lane has been told
  std::atomic<bool> said_hello_ = false;
  std::array<std::atomic<std::uint64_t>, 4> hello_ = {};
  std::array<Seat, kSeats> seats_;
};

}  // namespace drover::ring
