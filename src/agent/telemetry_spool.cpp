#include "agent/telemetry_spool.h"

#include <fmt/format.h>

#include <map>

#include "base/log.h"
#include "base/random.h"

namespace drover::agent {
namespace {

using nlohmann::json;

/// What goes into one request, in the order of its numbers. What cannot be read holds up nothing else.
std::map<std::uint64_t, std::string> take(Shelf& shelf) {
  std::map<std::uint64_t, std::string> taken;
  std::size_t bytes = 0;
  const auto take_of = [&](const SeqRanges& chosen, Shelf::Order order) {
    if (chosen.empty() || bytes >= TelemetrySpool::kBatchBytesMax) return;
    auto read = shelf.read(chosen, order, TelemetrySpool::kBatchBytesMax - bytes);
    shelf.ledger.set_aside(read.refused);
    for (auto& [seq, text] : read.payloads) {
      bytes += text.size();
      taken.emplace(seq, std::move(text));
    }
  };
  while (taken.empty()) {
    const SpoolLedger::Choice choice = shelf.ledger.choose(shelf.present());
    if (choice.empty()) break;
    take_of(choice.newest, Shelf::Order::newest_first);
    take_of(choice.oldest, Shelf::Order::oldest_first);
  }
  return taken;
}

/// `{"health":…}` is `{"seq":7,"health":…}`.
std::string with_seq(std::uint64_t seq, std::string_view text) {
  const std::string_view rest = text.substr(1);
  return fmt::format("{{\"seq\":{}{}{}", seq, rest == "}" ? "" : ",", rest);
}

}  // namespace

TelemetrySpool::TelemetrySpool(fs::FileSystem& files, SpoolOptions options)
    : files_(files), options_(std::move(options)), memory_(hex(secure_random(8))) {
  tell_of(open());
}

Status TelemetrySpool::open() {
  if (!log_) log_ = DROVER_TRY(LogShelf::open(files_, options_));
  return {};
}

void TelemetrySpool::add(json entry, std::optional<UnixTime> now) {
  entry.erase("seq");
  std::string text = entry.dump(-1, ' ', false, json::error_handler_t::replace);
  if (text.size() > options_.entry_bytes_max) {
    log::warn("an entry of telemetry is longer than the server takes, and lost",
              {{"bytes", std::to_string(text.size())}});
    return log_ ? log_->skip() : memory_.skip();
  }
  const Status kept = keep(text, now);
  tell_of(kept);
  if (!kept) memory_.add(std::move(text));
}

Status TelemetrySpool::keep(const std::string& text, std::optional<UnixTime> now) {
  DROVER_TRY(open());
  const SeqRanges dropped = DROVER_TRY(log_->add(text, now));
  if (!dropped.empty())
    log::warn("the telemetry spool is at its bound; the oldest entries are lost",
              {{"entries", std::to_string(count(dropped))}});
  return {};
}

/// Once, not at every entry.
void TelemetrySpool::tell_of(const Status& kept) {
  if (kept.has_value() == !disk_fails_) return;
  disk_fails_ = !kept;
  if (kept) return log::info("telemetry is kept on the disk again");
  log::warn("the disk takes no telemetry: the newest is kept in memory", {{"why", kept.error().text()}});
}

bool TelemetrySpool::waits() const { return memory_.waits() || (log_ && log_->waits()); }

std::string TelemetrySpool::batch() {
  sent_ = memory_.waits() || !log_ ? static_cast<Shelf*>(&memory_) : log_.get();
  const auto entries = take(*sent_);
  SeqRanges numbers;
  std::vector<std::string> texts;
  for (const auto& [seq, text] : entries) {
    append(numbers, seq);
    texts.push_back(with_seq(seq, text));
  }
  SeqRanges lost = sent_->lost();
  if (lost.size() > SpoolLedger::kLostMax) lost.resize(SpoolLedger::kLostMax);
  sent_->ledger.sent(std::move(numbers), lost);
  return fmt::format("{{\"epoch\":\"{}\",\"entries\":[{}],\"lost\":{}}}", sent_->epoch(),
                     fmt::join(texts, ","), json(lost).dump());
}

Result<bool> TelemetrySpool::acknowledge(const json& answer) {
  SeqRanges acked;
  try {
    acked = answer.at("acked").get<SeqRanges>();
  } catch (const json::exception&) {
    return fail(Code::bad_response, "the server's answer to telemetry lacks acked ranges");
  }
  const bool brought = sent_->ledger.answered(normalized(std::move(acked)));
  memory_.tidy();
  return brought;
}

void TelemetrySpool::refused() { sent_->ledger.refused(); }

void TelemetrySpool::forgive() {
  memory_.ledger.forgive();
  if (log_) log_->ledger.forgive();
}

json TelemetrySpool::status() const {
  std::uint64_t waiting = 0, lost = 0;
  for (const Shelf* shelf : std::initializer_list<const Shelf*>{&memory_, log_.get()}) {
    if (shelf == nullptr) continue;
    waiting += count(without(shelf->present(), shelf->ledger.done()));
    lost += count(shelf->lost());
  }
  return {{"waiting", waiting}, {"bytes", log_ ? log_->bytes() : 0}, {"lost", lost}};
}

}  // namespace drover::agent
