#include "agent/channel_follower.h"

#include <fmt/format.h>

#include "base/log.h"

namespace drover::agent {
namespace {

constexpr std::uint64_t kChannelBytesMax = 16 * 1024;

}  // namespace

ChannelFollower::ChannelFollower(Outside& outside, Refresher& refresher, std::vector<FollowedModel> models,
                                 OnPointed on_pointed)
    : outside_(outside),
      refresher_(refresher),
      models_(std::move(models)),
      on_pointed_(std::move(on_pointed)) {
  for (const FollowedModel& followed : models_)
    refresher_.follow(repo::channel_target_path(followed.name, followed.channel));
}

ChannelFollower::~ChannelFollower() {
  for (const auto& [model, transfer] : transfers_) outside_.http.cancel(transfer.second);
}

void ChannelFollower::refreshed() {
  for (const FollowedModel& followed : models_) look(followed);
}

void ChannelFollower::look(const FollowedModel& followed) {
  const std::string path = repo::channel_target_path(followed.name, followed.channel);
  const auto target = refresher_.found()->find(path);
  const Digest wanted = target ? target->sha256.value_or(Digest{}) : Digest{};
  if (is_fetching(followed.name, wanted)) return;
  stop_fetching(followed.name);
  if (!target) return failed(followed.name, target.error());
  const auto known = pointed_.find(followed.name);
  if (known != pointed_.end() && known->second.first == wanted) {
    trouble_.erase(followed.name);
    return on_pointed_(followed.name, known->second.second);
  }
  transfers_[followed.name] = {
      wanted, outside_.http.start(
                  {.url = refresher_.urls().targets + target->file_path(), .bytes_max = kChannelBytesMax},
                  [this, followed, target = *target](const Result<net::ClientResponse>& response) {
                    transfers_.erase(followed.name);
                    fetched(followed, target, response);
                  })};
}

bool ChannelFollower::is_fetching(const ModelName& model, const Digest& digest) const {
  const auto found = transfers_.find(model);
  return found != transfers_.end() && found->second.first == digest;
}

/// The channel has moved on from what is being fetched.
void ChannelFollower::stop_fetching(const ModelName& model) {
  if (const auto found = transfers_.extract(model)) outside_.http.cancel(found.mapped().second);
}

void ChannelFollower::fetched(const FollowedModel& followed, const repo::TargetInfo& target,
                              const Result<net::ClientResponse>& response) {
  if (!response) return failed(followed.name, response.error());
  if (response->status != 200)
    return failed(followed.name,
                  {Code::not_found, fmt::format("{} answers {}", target.path, response->status)});
  const auto version = read_channel(target, response->body, followed);
  if (!version) return failed(followed.name, version.error());
  trouble_.erase(followed.name);
  pointed_[followed.name] = {*target.sha256, *version};
  on_pointed_(followed.name, *version);
}

void ChannelFollower::failed(const ModelName& model, const Error& error) {
  const auto known = trouble_.find(model);
  if (known == trouble_.end() || known->second.text() != error.text())  // once, not at every poll
    log::warn("the channel cannot be read", {{"model", model.str()}, {"why", error.text()}});
  trouble_[model] = error;
}

Result<Version> read_channel(const repo::TargetInfo& target, std::string_view bytes,
                             const FollowedModel& followed) {
  if (bytes.size() != target.length)
    return fail(Code::bad_length, fmt::format("{}: {} bytes, the signed metadata name {}", target.path,
                                              bytes.size(), target.length));
  if (!target.sha256 || sha256(bytes) != *target.sha256)
    return fail(Code::bad_digest,
                fmt::format("{}: not the SHA-256 that the signed metadata name", target.path));
  const repo::ChannelPointer pointer = DROVER_TRY(repo::parse_channel(bytes).in(target.path));
  if (pointer.model != followed.name || pointer.channel != followed.channel)
    return fail(Code::bad_metadata,
                fmt::format("{}: it speaks of {} {}", target.path, pointer.model.str(), pointer.channel));
  return pointer.version;
}

}  // namespace drover::agent
