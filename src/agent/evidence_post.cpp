#include "agent/evidence_post.h"

#include <fmt/format.h>

#include "agent/retry_after.h"
#include "base/canonical_json.h"
#include "base/json_fields.h"
#include "base/log.h"

namespace drover::agent {
namespace {

using nlohmann::json;
using std::chrono::milliseconds;

constexpr std::uint64_t kStateBytesMax = 16384;
constexpr std::uint64_t kEvidenceBytesMax = std::uint64_t{16} << 20;
constexpr milliseconds kFirstWait = std::chrono::seconds(10);
constexpr milliseconds kLongestWait = std::chrono::hours(1);
constexpr milliseconds kGivenUpAfter = std::chrono::hours(24);

std::int64_t now_ms(const Clock& clock) { return milliseconds(clock.now().time_since_epoch()).count(); }

Result<EvidencePost::Job> read_job(fs::FileSystem& files, const fs::Path& path) {
  const Bytes text = DROVER_TRY(fs::read_file(files, path, kStateBytesMax));
  const json state = DROVER_TRY(parse_json(as_text(text)));
  JsonFields fields = DROVER_TRY(JsonFields::of(state, "", Code::bad_state));
  EvidencePost::Job job;
  job.url = DROVER_TRY(fields.text("url", kStateBytesMax));
  job.evidence = DROVER_TRY(fields.text("evidence", kStateBytesMax));
  job.begun_ms = static_cast<std::int64_t>(DROVER_TRY(fields.unsigned_number("begun_ms", INT64_MAX)));
  return job;
}

bool is_for_the_moment(int status) { return status == 408 || status == 429 || status >= 500; }

}  // namespace

EvidencePost::EvidencePost(Outside& outside, fs::Path state)
    : outside_(outside), state_(std::move(state)), backoff_(kFirstWait, kLongestWait, outside.random) {}

EvidencePost::~EvidencePost() {
  if (transfer_) outside_.http.cancel(*transfer_);
}

Status EvidencePost::begin(const std::string& url, const fs::Path& evidence) {
  const Job job{.url = url, .evidence = evidence, .begun_ms = now_ms(outside_.clock)};
  const json state = {{"url", url}, {"evidence", evidence.string()}, {"begun_ms", job.begun_ms}};
  DROVER_TRY(fs::write_atomically(outside_.files, state_, as_bytes(state.dump())));
  is_read_ = true;
  job_ = job;
  backoff_.reset();
  due_ = outside_.clock.monotonic();
  send();
  return {};
}

bool EvidencePost::busy() {
  if (!is_read_) read_state();
  return job_.has_value();
}

/// A file that is not there or cannot be read is no work.
void EvidencePost::read_state() {
  is_read_ = true;
  auto job = read_job(outside_.files, state_);
  if (!job) return;
  job_ = std::move(*job);
  due_ = outside_.clock.monotonic();
}

Monotonic EvidencePost::due() const {
  if (!is_read_) return outside_.clock.monotonic();
  return job_ && !transfer_ ? due_ : kNever;
}

void EvidencePost::pump() {
  if (!busy() || transfer_ || due_ > outside_.clock.monotonic()) return;
  send();
}

void EvidencePost::send() {
  const auto evidence = fs::read_file(outside_.files, job_->evidence, kEvidenceBytesMax);
  if (!evidence) {
    log::error("a retraining's evidence is gone", {{"why", evidence.error().text()}});
    return end();
  }
  transfer_ =
      outside_.http.start({.method = "POST",
                           .url = job_->url,
                           .headers = {{"content-type", "application/json"}},
                           .body = std::string(as_text(*evidence))},
                          [this](const Result<net::ClientResponse>& response) { answered(response); });
}

void EvidencePost::answered(const Result<net::ClientResponse>& response) {
  transfer_.reset();
  if (!response) return again(response.error().text(), {});
  const std::string status = fmt::to_string(response->status);
  if (is_for_the_moment(response->status)) return again("status " + status, retry_after(response));
  if (response->status / 100 == 2)
    log::info("retraining asked for", {{"url", job_->url}, {"status", status}});
  else
    log::error("the retraining was refused", {{"url", job_->url}, {"status", status}});
  end();
}

void EvidencePost::again(std::string_view why, milliseconds at_least) {
  const std::int64_t age_ms = now_ms(outside_.clock) - job_->begun_ms;
  if (age_ms >= kGivenUpAfter.count()) {
    log::error("the retraining could not be asked for", {{"url", job_->url}, {"why", std::string(why)}});
    return end();
  }
  due_ = outside_.clock.monotonic() + backoff_.next(at_least);
  log::warn("the retraining could not be asked for yet", {{"url", job_->url}, {"why", std::string(why)}});
}

void EvidencePost::end() {
  job_.reset();
  if (const Status gone = outside_.files.unlink(state_); !gone)
    log::warn("what a retraining was asked for stays noted", {{"why", gone.error().text()}});
}

}  // namespace drover::agent
