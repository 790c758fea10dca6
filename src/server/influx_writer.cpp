#include "server/influx_writer.h"

#include <charconv>
#include <cmath>

#include "base/canonical_json.h"
#include "base/log.h"
#include "server/fleet_figures.h"
#include "sink/line_protocol.h"
#include "sink/refused_batches.h"

namespace drover::server {
namespace {

using std::chrono::milliseconds;

constexpr const char* kSentSetting = "influx/sent";
constexpr milliseconds kLookEvery{2000}, kPollEvery{100};
/// A window is a point, and one for each of at most 33 columns.
constexpr std::size_t kWindowsMax = sink::kBatchLinesMax / 34;

std::int64_t id_of(const std::optional<std::string>& text) {
  std::int64_t id = 0;
  if (text) std::from_chars(text->data(), text->data() + text->size(), id);
  return id;
}

}  // namespace

sink::WindowFigures figures_for_influx(const db::WindowRow& window) {
  sink::WindowFigures figures{
      .device = window.device.str(),
      .model = window.model,
      .version = window.version,
      .end_ms = window.end_ms,
      .count = window.inferences,
      .confidence_rolling = window.confidence_rolling,
      .latency_p50_ms = window.latency_p50_ms,
      .latency_p95_ms = window.latency_p95_ms,
      .error_rate = error_rate(window.inferences, window.failures, window.labelled, window.right)};
  if (window.confident > 0)
    figures.confidence_mean =
        std::ldexp(static_cast<double>(window.confidence_sum), -32) / static_cast<double>(window.confident);
  if (window.labelled > 0)
    figures.accuracy = static_cast<double>(window.right) / static_cast<double>(window.labelled);
  if (const auto body = parse_json(window.body); body && body->is_object() && body->contains("drift"))
    figures.drift = sink::read_drift(body->at("drift"));
  return figures;
}

sink::InfluxTarget influx_target(const Config& config) {
  return {.url = config.influx_url,
          .database = config.influx_database,
          .org = config.influx_org,
          .bucket = config.influx_bucket,
          .token_file = config.influx_token_file.empty() ? "" : config.at(config.influx_token_file)};
}

InfluxWriter::InfluxWriter(Services& services, sink::InfluxTarget target)
    : services_(services),
      target_(std::move(target)),
      windows_max_(kWindowsMax),
      thread_([this] { run(); }) {}

InfluxWriter::~InfluxWriter() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  stopping_changed_.notify_all();
  thread_.join();
}

void InfluxWriter::run() {
  while (!is_stopping()) {
    const Status stepped = step();
    if (stepped) continue;
    log::error("windows cannot be sent to InfluxDB", {{"error", stepped.error().text()}});
    wait(sink::retry_delay(++tries_, milliseconds(0)));
  }
}

/// A failure is this machine's: its disk, its store, its token file.
Status InfluxWriter::step() {
  const Batch batch = DROVER_TRY(next_batch());
  if (batch.windows == 0) {
    wait(kLookEvery);
    return {};
  }
  const sink::WriteAnswer answer = send(batch.lines);
  return is_stopping() ? Status{} : keep_answer(batch, answer);
}

Result<InfluxWriter::Batch> InfluxWriter::next_batch() {
  if (sent_ < 0) sent_ = id_of(DROVER_TRY(services_.store->find_setting(kSentSetting)));
  Batch batch;
  for (const db::WindowRow& window : DROVER_TRY(services_.store->list_windows_after(sent_, windows_max_))) {
    sink::append_points(batch.lines, figures_for_influx(window));
    batch.last = window.id;
    ++batch.windows;
  }
  return batch;
}

sink::WriteAnswer InfluxWriter::send(std::string lines) {
  auto request = sink::write_request(target_, std::move(lines));
  if (!request) return {.why = request.error().text()};
  const auto client = net::make_curl_client({});
  std::optional<Result<net::ClientResponse>> answer;
  client->start(std::move(*request), [&](Result<net::ClientResponse> got) { answer = std::move(got); });
  while (!answer && !is_stopping()) client->poll({}, kPollEvery);
  return answer ? sink::read_answer(*answer) : sink::WriteAnswer{};
}

Status InfluxWriter::keep_answer(const Batch& batch, const sink::WriteAnswer& answer) {
  switch (answer.written) {
    case sink::Written::taken:
      services_.influx.lines += sink::count_lines(batch.lines);
      return advance(batch);
    case sink::Written::bad:
      return put_aside(batch, answer.why);
    case sink::Written::smaller:
      if (batch.windows == 1) return put_aside(batch, answer.why);
      windows_max_ = std::max<std::size_t>(1, batch.windows / 2);
      return {};
    case sink::Written::later:
      break;
  }
  if (tries_++ == 0) log::warn("InfluxDB takes no points now", {{"url", target_.url}, {"why", answer.why}});
  ++services_.influx.retries;
  wait(sink::retry_delay(tries_, answer.retry_after));
  return {};
}

Status InfluxWriter::advance(const Batch& batch) {
  DROVER_TRY(services_.store->put_setting(kSentSetting, std::to_string(batch.last)));
  sent_ = batch.last;
  windows_max_ = std::min(kWindowsMax, windows_max_ * 2);
  if (std::exchange(tries_, 0) > 0) log::info("InfluxDB takes points again", {{"url", target_.url}});
  return {};
}

Status InfluxWriter::put_aside(const Batch& batch, const std::string& why) {
  const auto directory = services_.config.at("influx-refused");
  log::error("InfluxDB refuses points for what they are; they are kept aside",
             {{"directory", directory.string()}, {"why", why}});
  DROVER_TRY(sink::RefusedBatches(fs::real_file_system(), directory).keep(why, batch.lines));
  ++services_.influx.refused;
  return advance(batch);
}

void InfluxWriter::wait(milliseconds time) {
  std::unique_lock lock(mutex_);
  stopping_changed_.wait_for(lock, time, [this] { return stopping_; });
}

bool InfluxWriter::is_stopping() {
  const std::lock_guard lock(mutex_);
  return stopping_;
}

}  // namespace drover::server
