#include "agent/download.h"

#include <fmt/format.h>

#include "base/log.h"

namespace drover::agent {
namespace {

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

void Download::begin() {
  if (!part_) {
    auto part = PartFile::open(outside_.files, job_.path, job_.length);
    if (!part) return finish(fail(part.error()));
    part_.emplace(std::move(*part));
  }
  at_try_ = at_window_ = received();
  if (received() == job_.length) return finish(part_->finish());
  due_ = outside_.clock.monotonic() + limits_.stall;
  transfer_ = outside_.http.start({.url = job_.url,
                                   .resume_at = received(),
                                   .bytes_max = job_.length - received(),
                                   .timeout = std::chrono::milliseconds(0),
                                   .stall_timeout = limits_.stall,
                                   .sink = [this](ByteView bytes) { return part_->append(bytes); }},
                                  [this](const Result<net::ClientResponse>& response) {
                                    transfer_.reset();
                                    judge(response);
                                  });
}

/// A trickle keeps a connection alive for ever without ever bringing the file.
void Download::check_speed() {
  if (received() - at_window_ >= limits_.bytes_per_window_min) {
    at_window_ = received();
    due_ = outside_.clock.monotonic() + limits_.stall;
    return;
  }
  outside_.http.cancel(*std::exchange(transfer_, std::nullopt));
  retry({Code::timed_out, fmt::format("{} brought only {} bytes in {} ms", job_.url, received() - at_window_,
                                      limits_.stall.count())});
}

void Download::judge(const Result<net::ClientResponse>& response) {
  if (received() == job_.length) return finish(part_->finish());
  if (!response) {
    const Error& error = response.error();
    // A peer without ranges sends the whole file: take it from its start.
    if (error.code == Code::unsupported && at_try_ > 0) {
      const Status emptied = part_->empty();
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
                       fmt::format("{} ends after {} bytes of {}", job_.url, received(), job_.length)));
  finish(fail(Code::bad_response, fmt::format("{} answers {}", job_.url, status)));
}

void Download::retry(const Error& why) {
  if (received() - std::min(at_try_, received()) >= limits_.bytes_per_window_min) backoff_.reset();
  if (backoff_.tries() + 1 >= limits_.tries_max)
    return finish(fail({why.code, fmt::format("{} ({} tries brought nothing more; {} of {} bytes are here)",
                                              why.message, limits_.tries_max, received(), job_.length)}));
  const auto wait = backoff_.next();
  due_ = outside_.clock.monotonic() + wait;
  log::warn("download broke off", {{"why", why.text()},
                                   {"bytes", fmt::to_string(received())},
                                   {"again_in_ms", fmt::to_string(wait.count())}});
}

void Download::finish(Status status) {
  outcome_ = std::move(status);
  due_ = outside_.clock.monotonic();
}

}  // namespace drover::agent
