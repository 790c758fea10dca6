#pragma once

#include <deque>
#include <optional>

#include "base/clock.h"
#include "base/seq_ranges.h"
#include "fs/file_system.h"
#include "fs/segment.h"

namespace drover::fs {

struct SegmentLogOptions {
  std::string id_if_new;  // [a-z0-9], at most 40: the log's name when there is none in the directory
  std::size_t payload_bytes_max = 512 << 10;
  std::uint64_t segment_bytes_max = 256 << 10;  // a larger record has a segment of its own
  std::uint64_t bytes_max = 64 << 20;  // of all segments; more than three of the largest records have
  std::chrono::seconds age_max = std::chrono::days(30);
};

/// A durable log of numbered records in segment files (docs/formats/spool.md). (id, seq) names a record for
/// ever: a number is never used for another record, whatever a power cut left, because what append() answered
/// is synced, and what stands unreadable at the end is taken for records whose numbers are gone. Files are
/// only ever appended to and removed whole. One process.
class SegmentLog {
 public:
  /// Reads the newest segment; the others when they are read from. Errors: those of the disk.
  static Result<SegmentLog> open(FileSystem& files, const Path& directory, SegmentLogOptions options);

  [[nodiscard]] const std::string& id() const { return id_; }
  /// From 1.
  [[nodiscard]] std::uint64_t next_seq() const { return next_seq_; }
  /// The number that the oldest segment begins with; next_seq() where there is none.
  [[nodiscard]] std::uint64_t first_seq() const;
  [[nodiscard]] std::uint64_t bytes() const;
  /// The note of the newest record that open() found.
  [[nodiscard]] const Bytes& note() const { return note_; }
  /// The numbers that open() passed over since the newest segment ends with bytes that are no record: an
  /// append that a power cut tore, and more than that only where the disk lost what it had synced.
  [[nodiscard]] const SeqRanges& torn() const { return torn_; }

  /// One write and one sync, and one of the directory where a segment begins; the record's number. `at` is 0
  /// where the time is not known. Errors: those of the disk, after which nothing is appended and the next
  /// append tries again.
  Result<std::uint64_t> append(ByteView payload, ByteView note, UnixTime at);
  /// Gives up the next number.
  void skip() { ++next_seq_; }

  /// The numbers that can be read, as far as is known: a damaged record is found when its segment is read.
  [[nodiscard]] SeqRanges present() const;
  enum class Order : std::uint8_t { oldest_first, newest_first };
  struct Read {
    std::vector<std::pair<std::uint64_t, std::string>> payloads = {};  // in the order asked for
    SeqRanges refused = {};  // what the disk does not give now; it stays present
  };
  /// Of these, what can be read, until the payloads would be more than `bytes_max` together; one in any case.
  Read read(const SeqRanges& wanted, Order order = Order::oldest_first, std::size_t bytes_max = SIZE_MAX);

  /// Removes segments of which every record is in `done`; never the newest. For this to be safe `done` must
  /// follow from what is durable.
  void release(const SeqRanges& done);
  /// Removes the oldest segments until the bound holds; never the newest. By their age only when `now` is
  /// known, and none whose age is not. What was in them.
  SeqRanges hold_bound(std::optional<UnixTime> now);

 private:
  struct Segment {
    Path path;
    std::uint64_t first = 0;  // the number in its name
    std::uint64_t bytes = 0;
    UnixTime began{};  // 0: not known
    SeqRanges present = {};
  };

  SegmentLog(FileSystem& files, Path directory, SegmentLogOptions options);
  Status find_segments();
  Status open_newest();
  Status find_note();
  Result<SegmentContent> load(Segment& segment, std::uint64_t seq_max, Bytes& bytes);
  [[nodiscard]] bool rolls(std::size_t record_bytes, UnixTime at) const;
  Status begin_segment(UnixTime at);
  Status write(ByteView bytes, bool begins);
  void take_back(bool begins);
  bool remove(std::size_t index);
  [[nodiscard]] bool is_too_old(UnixTime now) const;

  FileSystem* files_;
  Path directory_;
  SegmentLogOptions options_;
  std::string id_;
  std::deque<Segment> segments_;
  std::unique_ptr<File> newest_;  // open for appending; null: the next record begins a segment
  std::uint64_t next_seq_ = 1;
  Bytes note_;
  SeqRanges torn_;
};

}  // namespace drover::fs
