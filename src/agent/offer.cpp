#include "agent/offer.h"

#include <fmt/format.h>

#include <algorithm>

namespace drover::agent {
namespace {

std::optional<lifecycle::Candidate> candidate(const repo::ModelTarget& offered) {
  if (!offered.target.sha256) return std::nullopt;  // a device knows a bundle by its SHA-256
  return lifecycle::Candidate{.version = offered.version,
                              .target = {.digest = *offered.target.sha256,
                                         .length = offered.target.length,
                                         .size_unpacked = offered.size_unpacked,
                                         .path = offered.target.file_path(),
                                         .variant = offered.variant},
                              .requirements = offered.requirements};
}

}  // namespace

Result<Offer> make_offer(const repo::Refresh& found, const ModelName& model, const Version& version,
                         const lifecycle::TimeBounds& time) {
  for (const repo::YankedVersion& yanked : found.yanked(model))
    if (yanked.version == version)
      return fail(Code::yanked, fmt::format("{} {} was withdrawn on {}: {}", model.str(), version.str(),
                                            format_time(yanked.at), yanked.reason));
  Offer offer{.candidates = {}, .time = time};
  for (const repo::ModelTarget& target : found.versions(model))
    if (auto made = candidate(target)) offer.candidates.push_back(std::move(*made));
  return offer;
}

lifecycle::TimeBounds time_bounds_of(const trust::TrustedSet& set) {
  lifecycle::TimeBounds bounds{
      .built = built(), .issued = set.newest_issued(), .last_expiry = set.root().expires};
  const auto take = [&](UnixTime expires) { bounds.last_expiry = std::max(*bounds.last_expiry, expires); };
  if (set.timestamp() != nullptr) take(set.timestamp()->expires);
  if (set.snapshot() != nullptr) take(set.snapshot()->expires);
  for (const auto& [role, targets] : set.all_targets()) take(targets.expires);
  return bounds;
}

lifecycle::TimeBounds remembered_time(const repo::TrustStore& store) {
  lifecycle::TimeBounds bounds{.built = built(),
                               .issued = repo::newest_issued(store).value_or(std::nullopt),
                               .last_expiry = std::nullopt};
  const auto root = store.load("root", trust::kRootBytesMax);
  if (!root || !*root) return bounds;
  if (const auto set = trust::TrustedSet::begin(**root, UnixTime{})) bounds.last_expiry = set->root().expires;
  return bounds;
}

}  // namespace drover::agent
