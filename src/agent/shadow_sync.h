#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>

#include <nlohmann/json.hpp>

#include "agent/backoff.h"
#include "agent/download.h"
#include "agent/part.h"
#include "agent/shadow_view.h"
#include "base/result.h"
#include "lifecycle/record.h"

namespace drover::agent {

/// reported.models.NAME (docs/formats/device-api.md).
nlohmann::json to_json(const lifecycle::Report& report);

/// Hears what is desired: one long-poll after another, with back-off while the server does not answer.
class ShadowListener : public Part {
 public:
  using OnDesired = std::function<void(const ShadowView& view)>;
  ShadowListener(Outside& outside, std::string server, OnDesired on_desired);
  ~ShadowListener() override;

  [[nodiscard]] Monotonic due() const override { return transfer_ ? kNever : due_; }
  void pump() override;
  /// What stood in the way may be gone: no need to wait longer.
  void try_now();
  /// Whether the last poll was answered.
  [[nodiscard]] bool online() const { return online_; }
  [[nodiscard]] const std::optional<Error>& trouble() const { return trouble_; }

 private:
  void ended(const Result<net::ClientResponse>& response);
  void heard(const ShadowView& view);
  void broke(const Error& error, std::chrono::milliseconds at_least = {});

  Outside& outside_;
  std::string server_;
  OnDesired on_desired_;
  Backoff backoff_;
  std::optional<net::TransferId> transfer_;
  Monotonic due_{0}, started_{0};
  std::uint64_t known_ = 0;
  bool online_ = false;
  std::optional<Error> trouble_;
};

/// Tells what is so: the newest report of each model, those that wait together in one update; what could not
/// be sent is kept and sent when the network is back.
class ShadowReporter : public Part {
 public:
  ShadowReporter(Outside& outside, std::string server);
  ~ShadowReporter() override;

  void report(const ModelName& model, const lifecycle::Report& report);
  /// Why the signed metadata could not be refreshed; nullopt when they could: reported.agent.error.
  void report_repository(const std::optional<Error>& trouble);
  /// How the device is: reported.agent.health. Each call is a report of its own, so not too often.
  void report_health(nlohmann::json health);
  /// Whether the server has the model's newest report.
  [[nodiscard]] bool delivered(const ModelName& model) const;
  /// The server is known to answer again: no need to wait longer.
  void network_is_back();

  [[nodiscard]] Monotonic due() const override;
  void pump() override;

 private:
  void ended(const nlohmann::json& agent, const Result<net::ClientResponse>& response);

  Outside& outside_;
  std::string server_;
  Backoff backoff_;
  std::map<ModelName, nlohmann::json> waiting_, sent_;
  nlohmann::json agent_, agent_sent_;  // reported.agent as it is, and as the server has it
  std::optional<net::TransferId> transfer_;
  Monotonic due_{0};
};

}  // namespace drover::agent
