#pragma once

#include <functional>
#include <memory>
#include <string>

#include "agent/metrics.h"
#include "agent/part.h"
#include "net/small_http.h"

namespace drover::agent {

/// GET /metrics on the device, for a Prometheus there or near. Plain HTTP without a question who asks: what
/// it tells is figures.
class MetricsPart : public Part {
 public:
  using Look = std::function<AgentSnapshot()>;
  /// Errors: those of SmallHttp::listen().
  static Result<std::unique_ptr<MetricsPart>> open(const std::string& address, Clock& clock, Look look);

  void descriptors(std::vector<int>& into) const override { http_->descriptors(into); }
  [[nodiscard]] Monotonic due() const override { return http_->due(); }
  void pump() override { http_->pump(); }
  [[nodiscard]] std::uint16_t port() const { return http_->port(); }

 private:
  explicit MetricsPart(std::unique_ptr<net::SmallHttp> http) : http_(std::move(http)) {}
  std::unique_ptr<net::SmallHttp> http_;
};

}  // namespace drover::agent
