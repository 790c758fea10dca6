#pragma once

#include <functional>
#include <map>
#include <optional>

#include "agent/config.h"
#include "agent/part.h"
#include "agent/refresher.h"

namespace drover::agent {

/// A standalone device's source of assignments: the signed channel of each model it follows. The pointer
/// itself is a target of the model's role, so that only a newer signature can point to an older version.
class ChannelFollower : public Part {
 public:
  using OnPointed = std::function<void(const ModelName& model, const Version& version)>;
  ChannelFollower(Outside& outside, Refresher& refresher, std::vector<FollowedModel> models,
                  OnPointed on_pointed);
  ~ChannelFollower() override;

  /// After each refresh that went well.
  void refreshed();
  void pump() override {}
  /// Why a channel could not be read, by model.
  [[nodiscard]] const std::map<ModelName, Error>& trouble() const { return trouble_; }

 private:
  void look(const FollowedModel& followed);
  [[nodiscard]] bool is_fetching(const ModelName& model, const Digest& digest) const;
  void stop_fetching(const ModelName& model);
  void fetched(const FollowedModel& followed, const repo::TargetInfo& target,
               const Result<net::ClientResponse>& response);
  void failed(const ModelName& model, const Error& error);

  Outside& outside_;
  Refresher& refresher_;
  std::vector<FollowedModel> models_;
  OnPointed on_pointed_;
  std::map<ModelName, std::pair<Digest, net::TransferId>> transfers_;  // of the channel file of this digest
  std::map<ModelName, std::pair<Digest, Version>> pointed_;            // by the channel file of this digest
  std::map<ModelName, Error> trouble_;
};

/// The version that a channel's bytes name. Errors: bad_length, bad_digest, bad_metadata.
Result<Version> read_channel(const repo::TargetInfo& target, std::string_view bytes,
                             const FollowedModel& followed);

}  // namespace drover::agent
