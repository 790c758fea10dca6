// What the signed metadata offer, looked at before a byte of a bundle is fetched.
#include <fmt/format.h>

#include <algorithm>

#include "agent/updater.h"
#include "lifecycle/changes.h"
#include "lifecycle/mending.h"

namespace drover::agent {

using lifecycle::Event;
using lifecycle::Record;
using lifecycle::State;

void Updater::offer(const Offer& offer) {
  if (record_.state != State::checking) return;
  std::optional<lifecycle::Target> target;
  Event event = Event::chosen;
  const Status examined = record_.mending ? examine_mending(offer, target) : examine(offer, target, event);
  if (!examined) return failed(examined.error());
  handle(event, [&](Record& next) {
    next.target = event == Event::already_active ? std::nullopt : target;
    if (target && !next.mending) lifecycle::remove(next.quarantine, target->digest);
    if (event == Event::already_active) {
      next.active->order = next.assignment->order;
      lifecycle::note(next, now(), "already_active");
    }
  });
}

Status Updater::examine(const Offer& offer, std::optional<lifecycle::Target>& target, Event& event) {
  const lifecycle::Assignment& wanted = *record_.assignment;
  DROVER_TRY(lifecycle::judge_clock(now(), offer.time));
  const auto chosen =
      DROVER_TRY(lifecycle::choose_variant(offer.candidates, wanted.version, options_.device));
  target = chosen.target;
  const auto* forbidden = lifecycle::forbids(record_.quarantine, target->digest, wanted.order);
  if (forbidden != nullptr)
    return fail(Code::quarantined,
                fmt::format("this device took {} back ({}: {}); assign it again or clear the quarantine",
                            wanted.version.str(), name(forbidden->reason), forbidden->message));
  if (record_.active && record_.active->digest == target->digest) {
    event = Event::already_active;
    return {};
  }
  if (record_.pinned)
    return fail(Code::pinned, fmt::format("a person on the device pinned it to {}; unpin it there",
                                          record_.active ? record_.active->version.str() : "no version"));
  const auto is_target = [&](const lifecycle::Installed& kept) {
    return kept.digest == target->digest && !kept.damaged;
  };
  if (std::ranges::any_of(record_.kept, is_target) && store_.is_installed(model_, target->digest)) {
    event = Event::on_disk;
    return {};
  }
  DROVER_TRY(check_memory(chosen));
  return check_space(*target);
}

/// The very bundle that is damaged here, as the signed metadata still name it.
Status Updater::examine_mending(const Offer& offer, std::optional<lifecycle::Target>& target) const {
  DROVER_TRY(lifecycle::judge_clock(now(), offer.time));
  const auto found = std::ranges::find_if(offer.candidates, [&](const lifecycle::Candidate& candidate) {
    return candidate.target.digest == *record_.mending;
  });
  if (found == offer.candidates.end())
    return fail(Code::not_found, fmt::format("the signed metadata do not offer {} any more, whose files are "
                                             "damaged here",
                                             sought().version.str()));
  target = found->target;
  return check_space(*target);
}

/// A version whose smoke test would only run out of memory is not fetched; there may be more in an hour.
Status Updater::check_memory(const lifecycle::Candidate& chosen) const {
  const std::uint64_t required = lifecycle::required_memory_mb(chosen.requirements);
  const std::uint64_t there = options_.memory_mb_max(required);
  if (there >= required) return {};
  return fail(Code::out_of_memory,
              fmt::format("{} requires {} MiB of memory; here a model may take {} MiB now",
                          chosen.version.str(), required, there));
}

Status Updater::check_space(const lifecycle::Target& target) const {
  const fs::Path staging = store_.paths(model_).staging();
  const auto part = store_.files().info(store_.paths(model_).part(target.digest));
  const std::uint64_t here = part ? std::min(part->size, target.length) : 0;
  const std::uint64_t unpacked = std::max(target.size_unpacked, target.length);
  const std::uint64_t needed = target.length - here + unpacked + options_.disk_reserve_bytes;
  const std::uint64_t there = DROVER_TRY(store_.files().free_bytes(staging));
  if (there >= needed) return {};
  return fail(Code::disk_full, fmt::format("{}: {} bytes free, {} needed to fetch, unpack and keep a reserve",
                                           staging.string(), there, needed));
}

}  // namespace drover::agent
