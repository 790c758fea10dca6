#include "agent/refresher.h"

#include <algorithm>

#include "agent/offer.h"
#include "base/log.h"

namespace drover::agent {
namespace {

constexpr std::chrono::milliseconds kRetryFirst{1000}, kRetryLongest{600'000};

}  // namespace

Refresher::Refresher(Outside& outside, const repo::TrustStore& store, repo::ClientUrls urls, PollOptions poll,
                     OnDone on_done)
    : outside_(outside),
      store_(store),
      urls_(std::move(urls)),
      poll_(poll),
      on_done_(std::move(on_done)),
      backoff_(kRetryFirst, std::min(kRetryLongest, std::max(poll.every, kRetryFirst)), outside.random),
      time_(remembered_time(store)) {}

Refresher::~Refresher() {
  if (transfer_) outside_.http.cancel(*transfer_);
}

std::uint64_t Refresher::ask() {
  asked_ = true;
  if (!running_) due_ = Monotonic(0);
  return begun_ + 1;
}

Monotonic Refresher::due() const {
  if (transfer_) return kNever;
  return running_ ? Monotonic(0) : due_;
}

void Refresher::pump() {
  if (transfer_) return;
  if (running_)
    step();
  else if (outside_.clock.monotonic() >= due_)
    begin();
}

void Refresher::begin() {
  asked_ = false;
  ++begun_;
  auto refresh = repo::Refresh::begin(store_, lifecycle::judged_time(outside_.clock.now(), time_));
  if (!refresh) {
    trouble_ = refresh.error();
    due_ = outside_.clock.monotonic() + jittered(poll_.every, poll_.jitter, outside_.random);
    return on_done_(fail(*trouble_));
  }
  running_.emplace(std::move(*refresh));
  for (const std::string& path : followed_) running_->follow(path);
  step();
}

void Refresher::step() {
  const auto request = running_->next();
  if (!request) return finish();
  net::ClientRequest fetch = repo::metadata_request(urls_, *request);
  fetch.stall_timeout = poll_.stall;
  transfer_ = outside_.http.start(std::move(fetch), [this](Result<net::ClientResponse> response) {
    transfer_.reset();
    running_->feed(repo::metadata_answer(std::move(response)));
  });
}

/// The floor never sinks, also when a refresh broke off before it saw what an earlier one had seen.
void Refresher::learn_time() {
  const auto issued = time_.issued;
  time_ = time_bounds_of(running_->trusted());
  time_.issued = std::max(time_.issued, issued);
}

void Refresher::finish() {
  const Status status = running_->status();
  const auto now = outside_.clock.monotonic();
  learn_time();
  if (status) {
    trouble_.reset();
    backoff_.reset();
    found_ = std::move(running_);
    due_ = now + jittered(poll_.every, poll_.jitter, outside_.random);
  } else {
    trouble_ = status.error();
    const bool passing = status.error().category() == Category::unavailable;
    due_ = now + (passing ? backoff_.next() : jittered(poll_.every, poll_.jitter, outside_.random));
    log::warn("the repository could not be read", {{"why", status.error().text()}});
  }
  running_.reset();
  if (asked_) due_ = now;
  on_done_(status);
}

}  // namespace drover::agent
