#include "agent/renewal.h"

#include "agent/retry_after.h"
#include "base/log.h"
#include "net/certificates.h"

namespace drover::agent {
namespace {

constexpr std::chrono::hours kLookEvery{1};
constexpr std::chrono::hours kTryInDoubtEvery{24};
constexpr std::chrono::milliseconds kRetryFirst{60'000}, kRetryLongest{6 * 3'600'000};

}  // namespace

Renewal::Renewal(Outside& outside, std::string server, std::string device, const IdentityStore& identity,
                 Bounds bounds)
    : outside_(outside),
      server_(std::move(server)),
      device_(std::move(device)),
      identity_(identity),
      bounds_(std::move(bounds)),
      backoff_(kRetryFirst, kRetryLongest, outside.random),
      tried_at_(outside.clock.monotonic()) {}

Renewal::~Renewal() {
  if (transfer_) outside_.http.cancel(*transfer_);
}

void Renewal::pump() {
  if (transfer_ || outside_.clock.monotonic() < due_) return;
  due_ = outside_.clock.monotonic() + kLookEvery;
  const auto time = is_time();
  if (!time) return broke(time.error());
  if (*time) begin();
}

Result<bool> Renewal::is_time() const {
  const auto pem = DROVER_TRY(identity_.certificate());
  if (!pem) return false;
  const net::CertificateInfo info = DROVER_TRY(net::read_certificate(*pem));
  const UnixTime now = outside_.clock.now();
  const lifecycle::TimeBounds bounds = bounds_();
  if (lifecycle::judged_time(now, bounds) < net::renewal_time(info)) return false;
  return !lifecycle::is_far_ahead(now, bounds) || outside_.clock.monotonic() - tried_at_ >= kTryInDoubtEvery;
}

void Renewal::begin() {
  tried_at_ = outside_.clock.monotonic();
  const auto request = net::make_request(device_);
  if (!request) return broke(request.error());
  transfer_ = outside_.http.start(certificate_request(server_, request->request, std::nullopt),
                                  [this, key = request->key](const Result<net::ClientResponse>& response) {
                                    transfer_.reset();
                                    ended(key, response);
                                  });
}

void Renewal::ended(const std::string& key, const Result<net::ClientResponse>& response) {
  const auto issued = read_issued(response);
  if (!issued) return broke(issued.error(), retry_after(response));
  if (const Status stored = identity_.replace(key, issued->certificate, issued->ca); !stored)
    return broke(stored.error());
  backoff_.reset();
  log::info("the device's certificate was renewed");
}

void Renewal::broke(const Error& error, std::chrono::milliseconds at_least) {
  due_ = outside_.clock.monotonic() + backoff_.next(at_least);
  log::warn("the device's certificate could not be renewed", {{"why", error.text()}});
}

}  // namespace drover::agent
