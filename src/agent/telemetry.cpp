#include "agent/telemetry.h"

#include <algorithm>

#include "agent/identity.h"
#include "agent/retry_after.h"
#include "base/log.h"
#include "base/random.h"

namespace drover::agent {
namespace {

using nlohmann::json;
constexpr std::chrono::milliseconds kRetryFirst{2000}, kRetryLongest{300'000};

double ms(std::chrono::nanoseconds time) { return static_cast<double>(time.count()) / 1e6; }

}  // namespace

void TelemetrySpool::add(json entry) {
  entry["seq"] = next_seq_;
  entries_.emplace_back(next_seq_++, std::move(entry));
  while (entries_.size() > kEntriesMax) {
    append(lost_, entries_.front().first);
    entries_.pop_front();
  }
}

json TelemetrySpool::batch() {
  told_.assign(lost_.begin(), lost_.begin() + static_cast<std::ptrdiff_t>(std::min(kLostMax, lost_.size())));
  json entries = json::array();
  for (std::size_t i = 0; i < std::min(kBatchMax, entries_.size()); ++i)
    entries.push_back(entries_[i].second);
  return {{"epoch", epoch_}, {"entries", std::move(entries)}, {"lost", told_}};
}

Status TelemetrySpool::acknowledge(const json& answer) {
  SeqRanges acked;
  try {
    acked = answer.at("acked").get<SeqRanges>();
  } catch (const json::exception&) {
    return fail(Code::bad_response, "the server's answer to telemetry lacks acked ranges");
  }
  std::erase_if(entries_, [&](const auto& entry) { return contains(acked, entry.first); });
  lost_ = without(without(std::move(lost_), std::exchange(told_, {})), acked);
  return {};
}

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

Telemetry::Telemetry(Outside& outside, std::string server, std::chrono::milliseconds every, Look look)
    : outside_(outside),
      server_(std::move(server)),
      every_(every),
      look_(std::move(look)),
      spool_(hex(secure_random(8))),
      backoff_(kRetryFirst, kRetryLongest, outside.random) {}

Telemetry::~Telemetry() {
  if (transfer_) outside_.http.cancel(*transfer_);
}

Monotonic Telemetry::due() const {
  return transfer_ || spool_.empty() ? look_due_ : std::min(look_due_, send_due_);
}

void Telemetry::pump() {
  const auto now = outside_.clock.monotonic();
  if (now >= look_due_) {
    spool_.add(look_());
    look_due_ = now + every_;
  }
  if (!transfer_ && !spool_.empty() && now >= send_due_) send();
}

void Telemetry::send() {
  transfer_ = outside_.http.start({.method = "POST",
                                   .url = server_ + "/device/v1/telemetry",
                                   .headers = {{"content-type", "application/json"}},
                                   .body = spool_.batch().dump()},
                                  [this](const Result<net::ClientResponse>& response) {
                                    transfer_.reset();
                                    ended(response);
                                  });
}

void Telemetry::ended(const Result<net::ClientResponse>& response) {
  const std::size_t before = spool_.size();
  const auto answer = read_answer(response, server_ + "/device/v1/telemetry");
  const Status taken = answer ? spool_.acknowledge(*answer) : Status(fail(answer.error()));
  if (taken && spool_.size() < before) return backoff_.reset();
  if (!taken) log::debug("telemetry waits", {{"why", taken.error().text()}});
  send_due_ = outside_.clock.monotonic() + backoff_.next(retry_after(response));
}

}  // namespace drover::agent
