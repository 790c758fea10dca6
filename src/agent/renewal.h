#pragma once

#include <functional>
#include <optional>
#include <string>

#include "agent/backoff.h"
#include "agent/download.h"
#include "agent/identity.h"
#include "agent/part.h"
#include "lifecycle/trusted_time.h"

namespace drover::agent {

/// Replaces the device's key and certificate at two thirds of the certificate's life, over the connection
/// that the present one still opens. A clock that is behind is judged by the trusted floor. One that is ahead
/// of all metadata says nothing about a certificate's age, but a repository that nobody signs any more looks
/// the same and must not cost the device its identity: then it is tried once a day.
class Renewal : public Part {
 public:
  using Bounds = std::function<lifecycle::TimeBounds()>;
  Renewal(Outside& outside, std::string server, std::string device, const IdentityStore& identity,
          Bounds bounds);
  ~Renewal() override;

  [[nodiscard]] Monotonic due() const override { return transfer_ ? kNever : due_; }
  void pump() override;

 private:
  [[nodiscard]] Result<bool> is_time() const;
  void begin();
  void ended(const std::string& key, const Result<net::ClientResponse>& response);
  void broke(const Error& error, std::chrono::milliseconds at_least = {});

  Outside& outside_;
  std::string server_, device_;
  const IdentityStore& identity_;
  Bounds bounds_;
  Backoff backoff_;
  std::optional<net::TransferId> transfer_;
  Monotonic due_{0};
  Monotonic tried_at_;  // or began
};

}  // namespace drover::agent
