#pragma once

#include <optional>
#include <string>

#include "agent/backoff.h"
#include "agent/download.h"
#include "agent/identity.h"
#include "agent/part.h"

namespace drover::agent {

/// Replaces the device's key and certificate at two thirds of the certificate's life, over the connection
/// that the present one still opens.
class Renewal : public Part {
 public:
  Renewal(Outside& outside, std::string server, std::string device, const IdentityStore& identity);
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
  Backoff backoff_;
  std::optional<net::TransferId> transfer_;
  Monotonic due_{0};
};

}  // namespace drover::agent
