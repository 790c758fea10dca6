#include "agent/telemetry.h"

#include <algorithm>

#include "agent/identity.h"
#include "agent/retry_after.h"
#include "base/log.h"

namespace drover::agent {
namespace {

using nlohmann::json;
constexpr std::chrono::milliseconds kRetryFirst{2000}, kRetryLongest{300'000};
constexpr std::chrono::milliseconds kGap{1500};  // between requests: the server takes 60 a minute
constexpr std::chrono::hours kForgiveEvery{1};

double ms(std::chrono::nanoseconds time) { return static_cast<double>(time.count()) / 1e6; }

/// Whether it is what was sent that the server does not take, rather than the sender or the moment.
bool refuses_content(const Result<net::ClientResponse>& response) {
  return response && (response->status == 400 || response->status == 413);
}

}  // namespace

json to_json(const VersionTally& tally) {
  json out = {{"inferences", tally.inferences()}, {"errors", tally.errors()}};
  if (tally.inferences() == 0) return out;
  out["error_rate"] = static_cast<double>(tally.errors()) / static_cast<double>(tally.inferences());
  out["latency_ms"] = {{"p50", ms(tally.latency.quantile(0.50))},
                       {"p95", ms(tally.latency.quantile(0.95))},
                       {"p99", ms(tally.latency.quantile(0.99))}};
  if (const auto mean = tally.confidence_mean()) out["confidence_mean"] = *mean;
  return out;
}

Telemetry::Telemetry(Outside& outside, TelemetryOptions options, Look look,
                     std::function<bool()> clock_is_right)
    : outside_(outside),
      url_(options.server + "/device/v1/telemetry"),
      every_(options.every),
      look_(std::move(look)),
      clock_is_right_(std::move(clock_is_right)),
      spool_(outside.files, std::move(options.spool)),
      backoff_(kRetryFirst, kRetryLongest, outside.random) {}

Telemetry::~Telemetry() {
  if (transfer_) outside_.http.cancel(*transfer_);
}

void Telemetry::add(json entry) {
  const auto now = outside_.clock.monotonic();
  if (now + every_ / 2 >= look_due_) {
    entry.update(look_());
    look_due_ = now + every_;
  }
  keep(std::move(entry));
}

void Telemetry::keep(json entry) {
  spool_.add(std::move(entry), clock_is_right_() ? std::optional(outside_.clock.now()) : std::nullopt);
}

Monotonic Telemetry::due() const {
  return transfer_ || !spool_.waits() ? look_due_ : std::min(look_due_, send_due_);
}

void Telemetry::pump() {
  const auto now = outside_.clock.monotonic();
  if (now >= look_due_) {
    keep(look_());
    look_due_ = now + every_;
  }
  if (now >= forgive_due_) {
    spool_.forgive();
    forgive_due_ = now + kForgiveEvery;
  }
  if (!transfer_ && spool_.waits() && now >= send_due_) send();
}

void Telemetry::send() {
  transfer_ = outside_.http.start({.method = "POST",
                                   .url = url_,
                                   .headers = {{"content-type", "application/json"}},
                                   .body = spool_.batch()},
                                  [this](const Result<net::ClientResponse>& response) {
                                    transfer_.reset();
                                    ended(response);
                                  });
}

void Telemetry::ended(const Result<net::ClientResponse>& response) {
  const auto now = outside_.clock.monotonic();
  const auto answer = read_answer(response, url_);
  const auto brought = answer ? spool_.acknowledge(*answer) : Result<bool>(fail(answer.error()));
  if (brought && *brought) {
    backoff_.reset();
    send_due_ = now + kGap;
    return;
  }
  if (brought || refuses_content(response)) spool_.refused();
  log::debug("telemetry waits", {{"why", brought ? "nothing is acknowledged" : brought.error().text()}});
  send_due_ = now + backoff_.next(retry_after(response));
}

}  // namespace drover::agent
