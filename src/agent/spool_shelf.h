#pragma once

#include <deque>
#include <optional>
#include <string>

#include "agent/spool_ledger.h"
#include "base/clock.h"
#include "fs/segment_log.h"

namespace drover::agent {

struct SpoolOptions {
  fs::Path directory;
  std::uint64_t bytes_max = 64 << 20;
  std::chrono::seconds age_max = std::chrono::days(30);
  std::size_t entry_bytes_max = 512 << 10;  // as text; the server takes a body of 1 MiB
  std::uint64_t segment_bytes_max = 256 << 10;
};

/// Where entries wait, each a JSON object as text under a number of the shelf's own epoch.
class Shelf {
 public:
  explicit Shelf(SpoolLedger with = SpoolLedger()) : ledger(std::move(with)) {}
  virtual ~Shelf() = default;
  [[nodiscard]] virtual const std::string& epoch() const = 0;
  [[nodiscard]] virtual std::uint64_t next_seq() const = 0;
  [[nodiscard]] virtual SeqRanges present() const = 0;
  using Order = fs::SegmentLog::Order;
  using Read = fs::SegmentLog::Read;
  /// Of these, what can be read: fs/segment_log.h.
  virtual Read read(const SeqRanges& wanted, Order order, std::size_t bytes_max) = 0;

  [[nodiscard]] SeqRanges pending() const { return ledger.pending(present()); }
  [[nodiscard]] SeqRanges lost() const { return ledger.lost(present(), next_seq()); }
  [[nodiscard]] bool waits() const { return !pending().empty() || !lost().empty(); }

  SpoolLedger ledger;
};

/// On the disk. What the server has answered for stands in the note of the next entry: no write of its own.
class LogShelf : public Shelf {
 public:
  /// Errors: those of the disk.
  static Result<std::unique_ptr<LogShelf>> open(fs::FileSystem& files, const SpoolOptions& options);

  /// Answers what its bound dropped and the server had not answered for. `now` where the clock is believed.
  Result<SeqRanges> add(std::string_view text, std::optional<UnixTime> now);
  /// Gives up the next number: it counts as lost.
  void skip() { log_.skip(); }
  [[nodiscard]] std::uint64_t bytes() const { return log_.bytes(); }

  [[nodiscard]] const std::string& epoch() const override { return log_.id(); }
  [[nodiscard]] std::uint64_t next_seq() const override { return log_.next_seq(); }
  [[nodiscard]] SeqRanges present() const override { return log_.present(); }
  Read read(const SeqRanges& wanted, Order order, std::size_t bytes_max) override;

 private:
  explicit LogShelf(fs::SegmentLog log);
  fs::SegmentLog log_;
};

/// In memory, for as long as the disk takes nothing: the newest 240, at most 1 MiB, of an epoch that begins
/// and ends with the agent, so that no number stands for two entries.
class MemoryShelf : public Shelf {
 public:
  static constexpr std::size_t kEntriesMax = 240, kBytesMax = 1 << 20;
  explicit MemoryShelf(std::string epoch) : epoch_(std::move(epoch)) {}

  void add(std::string text);
  void skip() { ++next_seq_; }
  /// Drops what the server has.
  void tidy();

  [[nodiscard]] const std::string& epoch() const override { return epoch_; }
  [[nodiscard]] std::uint64_t next_seq() const override { return next_seq_; }
  [[nodiscard]] SeqRanges present() const override;
  Read read(const SeqRanges& wanted, Order order, std::size_t bytes_max) override;

 private:
  std::string epoch_;
  std::uint64_t next_seq_ = 1;
  std::deque<std::pair<std::uint64_t, std::string>> entries_;
  std::size_t bytes_ = 0;
};

}  // namespace drover::agent
