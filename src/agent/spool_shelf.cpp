#include "agent/spool_shelf.h"

#include <nlohmann/json.hpp>

#include "base/random.h"

namespace drover::agent {
namespace {

// More ranges than a server that acknowledges what it was sent can make. What is left out of a note is the
// newest, which is still there and sent again after a restart.
constexpr std::size_t kNoteRangesMax = (fs::kNoteBytesMax - 1) / 16;
constexpr std::uint8_t kNoteVersion = 1;  // so that no note is empty

void put(Bytes& out, std::uint64_t value) {
  for (int i = 0; i < 8; ++i) out.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
}

std::uint64_t get(ByteView bytes) {
  std::uint64_t value = 0;
  for (std::size_t i = 8; i-- > 0;) value = value << 8 | bytes[i];
  return value;
}

Bytes note_of(const SeqRanges& done) {
  Bytes note = {kNoteVersion};
  for (const auto& [first, last] : done) {
    put(note, first);
    put(note, last);
  }
  return note;
}

SeqRanges read_note(ByteView note) {
  SeqRanges done;
  for (note = note.subspan(1); note.size() >= 16; note = note.subspan(16))
    done.emplace_back(get(note), get(note.subspan(8)));
  return normalized(std::move(done));
}

/// What was answered for before a restart. Without a note, no more is known than what segments are gone. Of
/// the numbers that a torn end may have had, one is lost for certain: its append was under way, or more.
SeqRanges done_before(const fs::SegmentLog& log) {
  const bool has_note = !log.note().empty() && log.note().front() == kNoteVersion;
  SeqRanges done = has_note ? read_note(log.note()) : SeqRanges{{1, log.first_seq() - 1}};
  for (const auto& [first, last] : log.torn()) done.emplace_back(first + 1, last);
  return common(normalized(std::move(done)), {{1, log.next_seq() - 1}});
}

bool is_entry(std::string_view text) { return text.starts_with('{') && nlohmann::json::accept(text); }

}  // namespace

LogShelf::LogShelf(fs::SegmentLog log) : Shelf(SpoolLedger(done_before(log))), log_(std::move(log)) {}

Result<std::unique_ptr<LogShelf>> LogShelf::open(fs::FileSystem& files, const SpoolOptions& options) {
  auto log = DROVER_TRY(fs::SegmentLog::open(files, options.directory,
                                             {.id_if_new = hex(secure_random(8)),
                                              .payload_bytes_max = options.entry_bytes_max,
                                              .segment_bytes_max = options.segment_bytes_max,
                                              .bytes_max = options.bytes_max,
                                              .age_max = options.age_max}));
  std::unique_ptr<LogShelf> shelf(new LogShelf(std::move(log)));
  shelf->log_.release(shelf->ledger.done());
  return shelf;
}

Result<SeqRanges> LogShelf::add(std::string_view text, std::optional<UnixTime> now) {
  SeqRanges done = ledger.done();
  if (done.size() > kNoteRangesMax) done.resize(kNoteRangesMax);
  DROVER_TRY(log_.append(as_bytes(text), note_of(done), now.value_or(UnixTime{})));
  log_.release(done);
  return without(log_.hold_bound(now), ledger.done());
}

Shelf::Read LogShelf::read(const SeqRanges& wanted, Order order, std::size_t bytes_max) {
  Read read = log_.read(wanted, order, bytes_max);
  std::erase_if(read.payloads, [&](const auto& payload) {
    if (is_entry(payload.second)) return false;
    read.refused = united(std::move(read.refused), {{payload.first, payload.first}});
    return true;
  });
  return read;
}

void MemoryShelf::add(std::string text) {
  bytes_ += text.size();
  entries_.emplace_back(next_seq_++, std::move(text));
  while (entries_.size() > kEntriesMax || bytes_ > kBytesMax) {
    bytes_ -= entries_.front().second.size();
    entries_.pop_front();
  }
}

void MemoryShelf::tidy() {
  std::erase_if(entries_, [&](const auto& entry) {
    const bool is_done = contains(ledger.done(), entry.first);
    if (is_done) bytes_ -= entry.second.size();
    return is_done;
  });
}

SeqRanges MemoryShelf::present() const {
  SeqRanges present;
  for (const auto& [seq, text] : entries_) append(present, seq);
  return present;
}

Shelf::Read MemoryShelf::read(const SeqRanges& wanted, Order order, std::size_t bytes_max) {
  Read read;
  std::size_t bytes = 0;
  for (std::size_t n = 0; n < entries_.size(); ++n) {
    const auto& entry = entries_[order == Order::oldest_first ? n : entries_.size() - 1 - n];
    if (!contains(wanted, entry.first)) continue;
    bytes += entry.second.size();
    if (bytes > bytes_max && !read.payloads.empty()) break;
    read.payloads.push_back(entry);
  }
  return read;
}

}  // namespace drover::agent
