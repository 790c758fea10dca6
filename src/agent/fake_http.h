#pragma once

#include <map>
#include <string>

#include "base/assert.h"
#include "net/http.h"

namespace drover::agent {

/// For tests: requests wait until the test answers them.
class FakeHttp : public net::HttpClient {
 public:
  net::TransferId start(net::ClientRequest request, net::OnDone done) override {
    open_[++last_] = {std::move(request), std::move(done)};
    return last_;
  }
  void cancel(net::TransferId id) override { open_.erase(id); }
  void poll(const std::vector<int>&, std::chrono::milliseconds) override {}

  [[nodiscard]] std::size_t open() const { return open_.size(); }
  /// The newest request that waits.
  [[nodiscard]] const net::ClientRequest& request() const {
    DROVER_ASSERT(!open_.empty());
    return open_.rbegin()->second.first;
  }
  /// The newest request whose URL contains `part`; null when none waits.
  [[nodiscard]] const net::ClientRequest* request_to(std::string_view part) const {
    for (auto it = open_.rbegin(); it != open_.rend(); ++it)
      if (it->second.first.url.find(part) != std::string::npos) return &it->second.first;
    return nullptr;
  }
  /// Bytes for its sink.
  Status send(std::string_view bytes) { return request().sink(as_bytes(bytes)); }
  void end(Result<net::ClientResponse> response) {
    DROVER_ASSERT(!open_.empty());
    end(open_.rbegin()->first, std::move(response));
  }
  void end_to(std::string_view part, Result<net::ClientResponse> response) {
    for (auto it = open_.rbegin(); it != open_.rend(); ++it)
      if (it->second.first.url.find(part) != std::string::npos) return end(it->first, std::move(response));
    DROVER_ASSERT(false);
  }

 private:
  void end(net::TransferId id, Result<net::ClientResponse> response) {
    auto entry = open_.extract(id);
    entry.mapped().second(std::move(response));
  }
  std::map<net::TransferId, std::pair<net::ClientRequest, net::OnDone>> open_;
  net::TransferId last_ = 0;
};

inline net::ClientResponse answer(int status, std::string body = {}) {
  return {.status = status, .headers = {}, .body = std::move(body), .total_bytes = std::nullopt};
}

}  // namespace drover::agent
