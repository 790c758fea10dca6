#pragma once

#include <gtest/gtest.h>

#include "agent/fake_http.h"
#include "agent/offer.h"
#include "agent/refresher.h"
#include "repo/publisher.h"

namespace drover::agent {

/// For tests: a device whose requests reach a real repository on the publisher's simulated disk, one at a
/// time and only when the test says so.
class RepositoryTest : public testing::Test {
 protected:
  void SetUp() override {
    const std::string root = publisher_.served().at("1.root.json");
    ASSERT_TRUE(trust_.init(as_bytes(root)));
  }

  /// Answers the newest request that waits, as a web server would.
  void answer_one() {
    const net::ClientRequest request = http_.request();
    const auto bytes = fs::read_file(publisher_.files, file_of(request.url), 1 << 20);
    if (!bytes) return http_.end(answer(404));
    const std::string body(as_text(*bytes).substr(request.resume_at));
    const int status = request.resume_at > 0 ? 206 : 200;
    if (!request.sink) return http_.end(answer(status, body));
    const Status taken = http_.send(body);
    http_.end(taken ? Result<net::ClientResponse>(answer(status)) : fail(taken.error()));
  }
  /// Answers all that is asked until `part` asks for nothing more.
  void serve(Part& part) {
    for (part.pump(); http_.open() > 0; part.pump()) answer_one();
  }
  /// The disk's file that a URL of urls_ names.
  [[nodiscard]] fs::Path file_of(const std::string& url) const {
    return publisher_.place / url.substr(std::string_view(kRepository).size());
  }

  static constexpr auto kRepository = "https://h/repo/";
  const ModelName defect_ = repo::Publisher::model();
  repo::Publisher publisher_{repo::Lifetimes::served(), built() + std::chrono::hours(1)};
  fs::SimFileSystem files_;  // the device's
  ManualClock clock_{publisher_.now};
  FakeHttp http_;
  Outside outside_{http_, files_, clock_, [](std::uint64_t bound) { return bound - 1; }};
  repo::TrustStore trust_{files_, "/trust"};
  const repo::ClientUrls urls_ = repo::ClientUrls::below("https://h/repo");
};

}  // namespace drover::agent
