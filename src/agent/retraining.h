#pragma once

#include <map>
#include <optional>
#include <string>

#include <nlohmann/json.hpp>

#include "agent/evidence_post.h"
#include "base/ids.h"
#include "base/process.h"
#include "policy/retrain_budget.h"

namespace drover::agent {

/// Asks for retrainings as a policy's [retrain] says: a command, or a POST, with the evidence in a file. Not
/// more often than the policy allows, which is kept over a restart. One at a time; another waits, of each
/// model the newest, until the agent stops.
class Retraining : public Part {
 public:
  /// `directory`: for retrain.json and the evidence, of which the newest ten are kept.
  Retraining(Outside& outside, fs::Path directory);

  /// What came of it, in words for the alert.
  std::string ask(const ModelName& model, const policy::Retrain& retrain, const nlohmann::json& evidence);

  void descriptors(std::vector<int>& into) const override;
  [[nodiscard]] Monotonic due() const override;
  void pump() override;

 private:
  Result<fs::Path> write(const ModelName& model, const nlohmann::json& evidence);
  Status remember(const ModelName& model, const policy::RetrainState& state);
  policy::RetrainState& state(const ModelName& model);
  Status run(const policy::Retrain& retrain, const fs::Path& evidence);
  void drop_old_evidence();
  void end_child();
  void ask_next();

  struct Waiting {
    policy::Retrain retrain;
    nlohmann::json evidence;
  };
  Outside& outside_;
  fs::Path directory_;
  std::optional<std::map<ModelName, policy::RetrainState>> states_;
  std::optional<Child> child_;
  EvidencePost post_;
  std::map<ModelName, Waiting> waiting_;
};

}  // namespace drover::agent
