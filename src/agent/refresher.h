#pragma once

#include <functional>
#include <optional>
#include <set>
#include <string>

#include "agent/backoff.h"
#include "agent/download.h"
#include "agent/part.h"
#include "lifecycle/trusted_time.h"
#include "repo/client.h"

namespace drover::agent {

struct PollOptions {
  std::chrono::milliseconds every = std::chrono::hours(1);
  double jitter = 0.1;
  std::chrono::milliseconds stall = std::chrono::seconds(30);  // a request that brings no byte for so long
};

/// Keeps the signed metadata fresh: a refresh every poll, sooner after one that the network broke, and at
/// once when somebody asks for what is not known yet.
class Refresher : public Part {
 public:
  /// After each refresh: whether it went well.
  using OnDone = std::function<void(const Status& status)>;
  Refresher(Outside& outside, const repo::TrustStore& store, repo::ClientUrls urls, PollOptions poll,
            OnDone on_done);
  ~Refresher() override;

  /// Load the role that speaks about this target path in every refresh from now on.
  void follow(const std::string& target_path) { followed_.insert(target_path); }
  /// Refresh now; when one is under way, another after it, since that one may have read what is stale by now.
  /// Returns the number of the refresh that will answer.
  std::uint64_t ask();
  /// The number of the newest refresh that began.
  [[nodiscard]] std::uint64_t begun() const { return begun_; }

  [[nodiscard]] Monotonic due() const override;
  void pump() override;

  /// What the last refresh that went well found; null before the first one.
  [[nodiscard]] const repo::Refresh* found() const { return found_ ? &*found_ : nullptr; }
  /// Why the last refresh failed.
  [[nodiscard]] const std::optional<Error>& trouble() const { return trouble_; }
  /// What all metadata seen, those on the disk at first, say about time.
  [[nodiscard]] const lifecycle::TimeBounds& time_bounds() const { return time_; }
  [[nodiscard]] const repo::ClientUrls& urls() const { return urls_; }

 private:
  void begin();
  void step();
  void finish();
  void learn_time();

  Outside& outside_;
  const repo::TrustStore& store_;
  repo::ClientUrls urls_;
  PollOptions poll_;
  OnDone on_done_;
  Backoff backoff_;
  std::set<std::string> followed_;
  std::optional<repo::Refresh> running_, found_;
  std::optional<net::TransferId> transfer_;
  std::optional<Error> trouble_;
  lifecycle::TimeBounds time_;
  bool asked_ = false;
  std::uint64_t begun_ = 0;
  Monotonic due_{0};
};

}  // namespace drover::agent
