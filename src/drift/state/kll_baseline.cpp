#include "drift/state/kll_baseline.h"

#include <fmt/format.h>

#include <cmath>

#include "drift/few_values.h"
#include "drift/place_edges.h"

namespace drover::drift {
namespace {

/// A value, how many of the stream it stands for, and how many of those before it.
struct Group {
  float value;
  std::uint64_t below, count;
};

std::vector<Group> grouped(std::span<const Kll::Item> items) {
  std::vector<Group> groups;
  std::uint64_t below = 0;
  for (const Kll::Item& item : items) {
    if (groups.empty() || groups.back().value != item.value) groups.push_back({item.value, below, 0});
    groups.back().count += item.weight;
    below += item.weight;
  }
  return groups;
}

/// The value at a rank from 1 on; its tie lies as far among the ties as the rank among the value's own.
Edge pair_at(std::uint64_t rank, std::span<const Group> groups) {
  const auto after = std::ranges::upper_bound(groups, rank - 1, {}, &Group::below);
  const Group& group = *std::prev(after);
  const double share = static_cast<double>(rank - group.below) / (static_cast<double>(group.count) + 1);
  return {group.value, static_cast<std::uint32_t>(share * 0x1p32)};
}

void summarise(std::span<const Group> groups, Distribution& into) {
  double n = 0, squares = 0;
  double& mean = into.spread.mean;
  for (const Group& group : groups) {
    if (!std::isfinite(group.value)) continue;
    if (n == 0) into.min = group.value;
    into.max = group.value;
    const auto weight = static_cast<double>(group.count);
    const double off = group.value - mean;
    n += weight;
    mean += weight * off / n;
    squares += weight * off * (group.value - mean);
  }
  into.spread.deviation = n > 1 ? std::sqrt(squares / (n - 1)) : 0;
}

}  // namespace

Result<Distribution> make_distribution(const Kll& fresh, std::uint64_t missing, std::uint64_t nan) {
  if (fresh.count() < kFreshValuesMin || fresh.count() > kBaselineValuesMax)
    return fail(Code::invalid_argument, fmt::format("a new baseline needs {} to {} fresh values, here are {}",
                                                    kFreshValuesMin, kBaselineValuesMax, fresh.count()));
  if (nan > fresh.count()) return fail(Code::invalid_argument, "more NaN than values");
  Kll::Items room;
  const auto groups = grouped(fresh.sorted(room));
  Distribution made{.count = fresh.count(), .missing = missing, .nan = nan};
  made.rank_error = fresh.rank_error(true);
  summarise(groups, made);
  std::vector<std::uint64_t> few;
  if (groups.size() <= kFewValues)
    for (const Group& group : groups) few.push_back(group.count);
  place_edges(made, few.empty() ? ranks_at_levels(made.count) : ranks_of_few(few),
              [&](std::uint64_t rank) { return pair_at(rank, groups); });
  return made;
}

}  // namespace drover::drift
