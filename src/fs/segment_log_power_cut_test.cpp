// The power goes after every operation on the disk, or the process is killed there and the power goes later.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <map>

#include "fs/segment_log.h"
#include "fs/sim_file_system.h"

namespace drover::fs {
namespace {

constexpr std::uint64_t kSeeds = 16;
constexpr int kRecords = 9;  // in segments of four

/// What somebody was told of the log, by an append that succeeded or by reading, must be found again.
class Witness {
 public:
  explicit Witness(SimFileSystem& files) : files_(files) {
    EXPECT_TRUE(make_directories(files, "/state"));  // as enrolment has
  }

  /// Opens the log, reads it all, appends, and forgets the older half of it. Until the power goes.
  std::string live(int records) {
    auto log =
        SegmentLog::open(files_, "/state/spool",
                         {.id_if_new = fmt::format("id{}", ++lives_), .segment_bytes_max = 8 + 4 * 64});
    if (!log) return files_.is_off() ? "" : "does not open: " + log.error().text();
    if (known_.empty()) id_ = log->id();
    if (log->id() != id_) return "has another id";
    if (as_text(log->note()) < note_) return "has forgotten its note";
    if (std::string wrong = look(*log); !wrong.empty()) return wrong;
    for (int i = 0; i < records; ++i) {
      const std::string payload = fmt::format("{:016}", ++payloads_);
      const std::string note = fmt::format("{:08}", payloads_);
      const auto seq = log->append(as_bytes(payload), as_bytes(note), UnixTime{});
      if (!seq) return files_.is_off() ? "" : "does not append: " + seq.error().text();
      if (!known_.emplace(*seq, payload).second) return fmt::format("{} is given twice", *seq);
      note_ = note;
      if (i == records / 2) release(*log, *seq);
    }
    return files_.is_off() ? "" : look(*log);
  }

 private:
  std::string look(SegmentLog& log) {
    std::map<std::uint64_t, std::string> found;
    for (auto& [seq, payload] : log.read({{1, kSeqMax}}).payloads) found[seq] = payload;
    if (files_.is_off()) return "";
    for (const auto& [seq, payload] : known_)
      if (seq > released_ && !found.contains(seq)) return fmt::format("{} is lost", seq);
    for (const auto& [seq, payload] : found) {
      if (seq >= log.next_seq()) return fmt::format("{} will be given again", seq);
      if (known_.contains(seq) && known_.at(seq) != payload) return fmt::format("{} is another record", seq);
      known_[seq] = payload;
    }
    return "";
  }

  void release(SegmentLog& log, std::uint64_t seq) {
    released_ = seq;
    log.release({{1, seq}});
  }

  SimFileSystem& files_;
  std::map<std::uint64_t, std::string> known_;
  std::string id_, note_;
  std::uint64_t released_ = 0;
  int lives_ = 0, payloads_ = 0;
};

struct Fault {
  std::uint64_t stop_after = 0;  // operations of the first life
  bool kills = false;            // it is the process that stops; the power goes after the next one's life
  int appends_after_kill = 0;
  /// Of the first life, or of the second where the first is killed.
  std::optional<std::uint64_t> skip_sync = {};
};

/// What is wrong at last; `was_stopped` tells whether the fault came before the story's end.
std::string tell(const Fault& fault, std::uint64_t seed, bool& was_stopped) {
  SimFileSystem files;
  Witness witness(files);
  files.cut_power_after(fault.stop_after);
  if (fault.skip_sync && !fault.kills) files.skip_sync(*fault.skip_sync);
  if (std::string wrong = witness.live(kRecords); !wrong.empty()) return wrong;
  was_stopped = files.is_off();
  if (fault.kills) {
    files.kill();
    if (fault.skip_sync) files.skip_sync(*fault.skip_sync);
    if (std::string wrong = witness.live(fault.appends_after_kill); !wrong.empty())
      return "after the kill: " + wrong;
  }
  files.restart(seed);
  if (std::string wrong = witness.live(2); !wrong.empty()) return "after the cut: " + wrong;
  files.restart(seed + 1);
  return witness.live(0);
}

std::string first_wrong(Fault fault, std::uint64_t seeds) {
  bool was_stopped = true;
  for (fault.stop_after = 0; was_stopped; ++fault.stop_after)
    for (std::uint64_t seed = 0; seed < seeds; ++seed)
      if (std::string wrong = tell(fault, seed, was_stopped); !wrong.empty())
        return fmt::format("operation {}, seed {}: {}", fault.stop_after, seed, wrong);
  return "";
}

TEST(SegmentLogPowerCut, LosesNothingThatWasAppendedAndGivesNoNumberTwice) {
  EXPECT_EQ(first_wrong({}, kSeeds), "");
}

TEST(SegmentLogPowerCut, SomeTimeAfterAKillFindsAllThatWasRead) {
  for (const int appends : {0, 1, 5})
    EXPECT_EQ(first_wrong({.kills = true, .appends_after_kill = appends}, kSeeds), "") << appends;
}

TEST(SegmentLogPowerCut, ShowsWhenAnyOneSyncOfTheStoryIsLeftOut) {
  SimFileSystem files;
  Witness witness(files);
  const std::size_t before = files.syncs().size();
  ASSERT_EQ(witness.live(kRecords), "");
  const std::size_t syncs = files.syncs().size() - before;
  ASSERT_EQ(syncs, 1u + kRecords + 3u) << "the directory's name, the records, three segments";
  for (std::uint64_t skipped = 1; skipped <= syncs; ++skipped)
    EXPECT_NE(first_wrong({.skip_sync = skipped}, 4 * kSeeds), "") << "sync " << skipped;
}

TEST(SegmentLogPowerCut, ShowsWhenOneOfTheSyncsOfOpeningIsLeftOut) {
  EXPECT_NE(first_wrong({.kills = true, .appends_after_kill = 1, .skip_sync = 1}, 4 * kSeeds), "")
      << "that of the directory's name where there is no segment, of the newest record where there is";
  EXPECT_NE(first_wrong({.kills = true, .skip_sync = 2}, 4 * kSeeds), "") << "that of the segment's name";
}

}  // namespace
}  // namespace drover::fs
