#include "agent/download.h"

#include <fmt/format.h>

#include "base/log.h"

namespace drover::agent {
namespace {

/// A power cut loses at most so many bytes of a download.
constexpr std::uint64_t kSyncEvery = std::uint64_t{4} << 20;

/// Whether another try may bring what this one did not.
bool may_pass(const Error& error) {
  return error.code == Code::unreachable || error.code == Code::timed_out ||
         error.code == Code::not_authenticated || error.code == Code::bad_response;
}

bool may_pass(int status) { return status >= 500 || status == 429 || status == 408; }

}  // namespace

Download::Download(Outside& outside, DownloadJob job, DownloadLimits limits, OnDone done)
    : outside_(outside),
      job_(std::move(job)),
      limits_(limits),
      done_(std::move(done)),
      backoff_(limits.retry_first, limits.retry_longest, outside.random) {}

Download::~Download() {
  if (transfer_) outside_.http.cancel(*transfer_);
}

void Download::pump() {
  if (!outcome_ && outside_.clock.monotonic() >= due_) transfer_ ? check_speed() : begin();
  if (!outcome_ || !done_) return;
  due_ = kNever;
  std::exchange(done_, nullptr)(*outcome_);  // may end this object
}

Status Download::open_file() {
  if (!file_) file_ = DROVER_TRY(outside_.files.open(job_.path, fs::Open::append));
  received_ = DROVER_TRY(file_->size());
  if (received_ > job_.length) {
    DROVER_TRY(file_->truncate(0));
    received_ = 0;
  }
  synced_ = at_try_ = at_window_ = received_;
  return {};
}

void Download::begin() {
  if (const Status opened = open_file(); !opened) return finish(opened);
  if (received_ == job_.length) return finish(file_->sync());
  due_ = outside_.clock.monotonic() + limits_.stall;
  transfer_ = outside_.http.start({.url = job_.url,
                                   .resume_at = received_,
                                   .bytes_max = job_.length - received_,
                                   .timeout = std::chrono::milliseconds(0),
                                   .stall_timeout = limits_.stall,
                                   .sink = [this](ByteView bytes) { return take(bytes); }},
                                  [this](Result<net::ClientResponse> response) {
                                    transfer_.reset();
                                    ended(response);
                                  });
}

Status Download::take(ByteView bytes) {
  if (received_ + bytes.size() > job_.length)
    return fail(Code::bad_length, fmt::format("{} sends more than the {} bytes that the signed metadata name",
                                              job_.url, job_.length));
  DROVER_TRY(file_->append(bytes));
  received_ += bytes.size();
  if (received_ - synced_ >= kSyncEvery) {
    DROVER_TRY(file_->sync());
    synced_ = received_;
  }
  return {};
}

/// A trickle keeps a connection alive for ever without ever bringing the file.
void Download::check_speed() {
  if (received_ - at_window_ >= limits_.bytes_per_window_min) {
    at_window_ = received_;
    due_ = outside_.clock.monotonic() + limits_.stall;
    return;
  }
  outside_.http.cancel(*std::exchange(transfer_, std::nullopt));
  retry({Code::timed_out, fmt::format("{} brought only {} bytes in {} ms", job_.url, received_ - at_window_,
                                      limits_.stall.count())});
}

void Download::ended(const Result<net::ClientResponse>& response) {
  due_ = outside_.clock.monotonic();
  judge(response);
}

void Download::judge(const Result<net::ClientResponse>& response) {
  if (received_ == job_.length) return finish(file_->sync());
  if (!response) {
    const Error& error = response.error();
    // A peer without ranges sends the whole file: take it from its start.
    if (error.code == Code::unsupported && at_try_ > 0) {
      const Status emptied = file_->truncate(0);
      return emptied ? retry(error) : finish(emptied);
    }
    if (error.code == Code::too_large)
      return finish(fail(Code::bad_length, error.message + "; the signed metadata name its length"));
    return may_pass(error) ? retry(error) : finish(fail(error));
  }
  const int status = response->status;
  if (status == 404 || status == 410 || status == 403)
    return finish(fail(Code::not_found, fmt::format("{} answers {}", job_.url, status)));
  if (may_pass(status)) return retry({Code::bad_response, fmt::format("{} answers {}", job_.url, status)});
  if (status == 200 || status == 206 || status == 416)
    return finish(fail(Code::bad_length,
                       fmt::format("{} ends after {} bytes of {}", job_.url, received_, job_.length)));
  finish(fail(Code::bad_response, fmt::format("{} answers {}", job_.url, status)));
}

void Download::retry(const Error& why) {
  if (received_ - std::min(at_try_, received_) >= limits_.bytes_per_window_min) backoff_.reset();
  if (backoff_.tries() + 1 >= limits_.tries_max)
    return finish(fail({why.code, fmt::format("{} ({} tries brought nothing more; {} of {} bytes are here)",
                                              why.message, limits_.tries_max, received_, job_.length)}));
  const auto wait = backoff_.next();
  due_ = outside_.clock.monotonic() + wait;
  log::warn("download broke off", {{"why", why.text()},
                                   {"bytes", fmt::to_string(received_)},
                                   {"again_in_ms", fmt::to_string(wait.count())}});
}

void Download::finish(Status status) {
  file_.reset();
  outcome_ = std::move(status);
  due_ = outside_.clock.monotonic();
}

}  // namespace drover::agent
