#include "agent/influx_sink.h"

#include <algorithm>
#include <charconv>

#include <nlohmann/json.hpp>

#include "agent/influx_points.h"
#include "base/log.h"
#include "base/random.h"
#include "sink/line_protocol.h"

namespace drover::agent {
namespace {

constexpr std::size_t kRecordsMax = 100;
constexpr std::size_t kRawBytesMax = 48 << 10;
constexpr std::chrono::seconds kRawFlushEvery{10};

/// How far the database was when the newest record was written.
std::uint64_t number_in(ByteView note) {
  const std::string_view text = as_text(note);
  std::uint64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

/// The first `count` numbers.
SeqRanges first_of(const SeqRanges& ranges, std::size_t count) {
  SeqRanges first;
  for (const auto& [low, high] : ranges) {
    if (count == 0) break;
    const std::uint64_t taken = std::min<std::uint64_t>(high - low + 1, count);
    first.emplace_back(low, low + taken - 1);
    count -= taken;
  }
  return first;
}

}  // namespace

Result<std::unique_ptr<InfluxSink>> InfluxSink::open(Outside& outside, InfluxOptions options) {
  DROVER_TRY(fs::make_directories(outside.files, options.directory / "log"));
  fs::SegmentLog log =
      DROVER_TRY(fs::SegmentLog::open(outside.files, options.directory / "log",
                                      {.id_if_new = hex(secure_random(8)), .bytes_max = options.bytes_max}));
  return std::unique_ptr<InfluxSink>(new InfluxSink(outside, std::move(options), std::move(log)));
}

InfluxSink::InfluxSink(Outside& outside, InfluxOptions options, fs::SegmentLog log)
    : outside_(outside),
      options_(std::move(options)),
      log_(std::move(log)),
      aside_(outside.files, options_.directory / "refused"),
      sent_(std::min(number_in(log_.note()), log_.next_seq() - 1)),
      records_max_(kRecordsMax) {}

InfluxSink::~InfluxSink() {
  if (transfer_) outside_.http.cancel(*transfer_);
}

void InfluxSink::take(const nlohmann::json& entry) {
  if (!entry.is_object() || !entry.contains("windows")) return;
  for (const nlohmann::json& window : entry["windows"]) {
    const auto figures = influx_figures(options_.device, window);
    if (!figures) {
      log::error("a window cannot become points", {{"why", figures.error().text()}});
      continue;
    }
    std::string lines;
    sink::append_points(lines, *figures);
    store(lines);
  }
}

void InfluxSink::record(const ModelName& model, const ring::Record& record) {
  if (!options_.raw_version) return;
  const std::string version = options_.raw_version(model, Digest{record.digest});
  append_raw_point(raw_, options_.device, model.str(), version, record);
  if (flush_due_ == kNever) flush_due_ = outside_.clock.monotonic() + kRawFlushEvery;
  if (raw_.size() > kRawBytesMax) flush();
}

void InfluxSink::flush() {
  flush_due_ = kNever;
  if (!raw_.empty()) store(std::exchange(raw_, {}));
}

/// One write and one sync; the note says how far the database is.
void InfluxSink::store(std::string_view lines) {
  const std::string note = std::to_string(sent_);
  const auto stored = log_.append(as_bytes(lines), as_bytes(note), UnixTime{});
  if (!stored) {
    ++lost_;
    return log::warn("points cannot be kept for InfluxDB", {{"why", stored.error().text()}});
  }
  if (sent_ > 0) log_.release({{1, sent_}});
  const SeqRanges dropped = without(log_.hold_bound(std::nullopt), {{0, sent_}});
  if (!dropped.empty()) lost_ += count(dropped);
}

SeqRanges InfluxSink::pending() const { return without(log_.present(), {{0, sent_}}); }
std::uint64_t InfluxSink::waiting() const { return count(pending()); }

Monotonic InfluxSink::due() const {
  return transfer_ || pending().empty() ? flush_due_ : std::min(flush_due_, send_due_);
}

void InfluxSink::pump() {
  const Monotonic now = outside_.clock.monotonic();
  if (now >= flush_due_) flush();
  if (!transfer_ && now >= send_due_ && !pending().empty()) send();
}

/// At most kBatchLinesMax lines, unless a single record has more: none has.
InfluxSink::Batch InfluxSink::next_batch() {
  const SeqRanges wanted = first_of(pending(), records_max_);
  Batch batch{.last = wanted.empty() ? sent_ : wanted.back().second};
  std::size_t lines = 0;
  for (const auto& [seq, payload] : log_.read(wanted).payloads) {
    const std::size_t more = sink::count_lines(payload);
    if (batch.records > 0 && lines + more > sink::kBatchLinesMax) {
      batch.last = seq - 1;
      break;
    }
    lines += more;
    batch.lines += payload;
    ++batch.records;
  }
  return batch;
}

void InfluxSink::send() {
  Batch batch = next_batch();
  if (batch.records == 0) return advance(batch);  // none of them can be read
  auto request = sink::write_request(options_.target, batch.lines);
  if (!request) return later(request.error().text(), {});
  transfer_ = outside_.http.start(
      std::move(*request), [this, batch = std::move(batch)](const Result<net::ClientResponse>& response) {
        transfer_.reset();
        ended(batch, response);
      });
}

void InfluxSink::ended(const Batch& batch, const Result<net::ClientResponse>& response) {
  const sink::WriteAnswer answer = sink::read_answer(response);
  switch (answer.written) {
    case sink::Written::taken:
      return advance(batch);
    case sink::Written::bad:
      return put_aside(batch, answer.why);
    case sink::Written::smaller:
      if (batch.records == 1) return put_aside(batch, answer.why);
      records_max_ = std::max<std::size_t>(1, batch.records / 2);
      return;
    case sink::Written::later:
      return later(answer.why, answer.retry_after);
  }
}

void InfluxSink::advance(const Batch& batch) {
  sent_ = batch.last;
  records_max_ = std::min(kRecordsMax, records_max_ * 2);
  send_due_ = Monotonic(0);
  if (std::exchange(tries_, 0) > 0) log::info("InfluxDB takes points again");
}

void InfluxSink::put_aside(const Batch& batch, const std::string& why) {
  log::error("InfluxDB refuses points for what they are; they are kept aside", {{"why", why}});
  if (const Status kept = aside_.keep(why, batch.lines); !kept) return later(kept.error().text(), {});
  ++refused_;
  advance(batch);
}

void InfluxSink::later(const std::string& why, std::chrono::milliseconds asked) {
  if (tries_++ == 0) log::warn("InfluxDB takes no points now", {{"url", options_.target.url}, {"why", why}});
  send_due_ = outside_.clock.monotonic() + sink::retry_delay(tries_, asked);
}

}  // namespace drover::agent
