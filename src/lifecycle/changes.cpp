#include "lifecycle/changes.h"

#include <algorithm>

#include "lifecycle/mending.h"
#include "lifecycle/requalification.h"
#include "lifecycle/retry.h"

namespace drover::lifecycle {
namespace {

Outcome outcome_of(const Record& record, UnixTime now, std::string result, std::string message) {
  Outcome outcome{
      .at = now, .version = {}, .order = 0, .result = std::move(result), .message = std::move(message)};
  if (record.assignment) {
    outcome.version = record.assignment->version;
    outcome.order = record.assignment->order;
  }
  return outcome;
}

void add(Record& record, Outcome outcome) {
  record.history.push_back(std::move(outcome));
  if (record.history.size() > kHistoryMax) record.history.erase(record.history.begin());
}

/// What the swap makes active: the version that was mended, or the assigned one.
Installed taken_up(const Record& record) {
  const Installed* known = find_version(record, record.target->digest);
  Installed next;
  if (record.mending && known != nullptr)
    next = *known;
  else
    next = Installed{.version = record.assignment->version,
                     .digest = record.target->digest,
                     .order = record.assignment->order,
                     .variant = record.target->variant};
  next.manifest = record.target->manifest;
  if (!next.manifest && known != nullptr) next.manifest = known->manifest;
  next.committed = record.mending && next.committed;
  next.damaged = false;
  next.fails_under.clear();
  return next;
}

std::size_t earlier_max(std::size_t keep) { return std::max<std::size_t>(keep, 2) - 1; }

bool was_taken_back(const Record& record, const Digest& digest) {
  return std::ranges::find(record.quarantine, digest, &Quarantined::digest) != record.quarantine.end();
}

/// Whether a version that passed its probation is there to go back to.
bool has_proven_way_back(const Record& record, const std::string& now_under) {
  return std::ranges::any_of(
      record.kept, [&](const Installed& kept) { return kept.committed && is_usable(kept, now_under); });
}

/// What the version before the swap is to its follower: the one to go back to, or nothing.
bool keep_active(Record& record, std::size_t keep, const std::string& now_under) {
  const Installed& left = *record.active;
  const bool is_kept = left.committed || (!has_proven_way_back(record, now_under) &&
                                          is_usable(left, now_under) && !was_taken_back(record, left.digest));
  if (is_kept) record.kept.insert(record.kept.begin(), left);
  if (has_proven_way_back(record, now_under))
    std::erase_if(record.kept, [](const Installed& kept) { return !kept.committed; });
  else if (record.kept.size() > earlier_max(keep))
    record.kept.resize(earlier_max(keep));
  return is_kept;
}

/// What the target's inferences are compared with: those of the version to go back to.
Counts counts_before(const Record& record, bool goes_back_to_active) {
  if (!record.trial) return record.usual;
  return goes_back_to_active ? record.trial->after : record.trial->before;
}

/// The version that had to give way stays, first among the kept, to return to.
void stood_in(Record& record, const Installed& left, UnixTime now) {
  const Failure why = *std::exchange(record.falling_back, std::nullopt);
  note_version(record, left, now, "replaced", why.message);
  record.kept.insert(record.kept.begin(), left);
  if (record.qualification) record.qualification->failure.reset();  // it was looked at before it was chosen
}

}  // namespace

void note(Record& record, UnixTime now, std::string result, std::string message) {
  add(record, outcome_of(record, now, std::move(result), std::move(message)));
}

void note_version(Record& record, const Installed& version, UnixTime now, std::string result,
                  std::string message) {
  add(record, {.at = now,
               .version = version.version,
               .order = version.order,
               .result = std::move(result),
               .message = std::move(message)});
}

void begin(Record& record, const Assignment& assignment) {
  if (is_news(record, assignment)) record.rounds = 0;
  record.assignment = assignment;
  record.pending.reset();
  record.target.reset();
  record.mending.reset();
  record.error.reset();
}

void swapped(Record& record, std::size_t keep, const Environment& environment, UnixTime now) {
  const Installed next = taken_up(record);
  if (is_on_trial(record))
    note_version(record, *record.active, now, "superseded",
                 next.version.str() + " took its place before its probation had a verdict");
  std::erase_if(record.kept, [&](const Installed& kept) { return kept.digest == record.target->digest; });
  const bool goes_back_to_active = record.active && keep_active(record, keep, fingerprint(environment));
  const Trial trial{.before = counts_before(record, goes_back_to_active), .after = {}};
  record.active = next;
  record.target.reset();
  record.mending.reset();
  record.stands_in.reset();
  record.qualification.reset();
  if (!environment.empty())
    record.qualification = Qualification{.at = now, .environment = environment, .failure = std::nullopt};
  record.trial = trial;
  if (next.committed) record.trial.reset();
  record.usual = {};
}

void commit(Record& record, std::size_t keep, UnixTime now) {
  record.active->committed = true;
  if (record.kept.size() > earlier_max(keep)) record.kept.resize(earlier_max(keep));
  if (record.trial) record.usual = record.trial->after;
  record.trial.reset();
  note_version(record, *record.active, now, "committed");
}

void take_back(Record& record, std::optional<Digest> to, Failure why) {
  add(record.quarantine, {.digest = record.active->digest,
                          .version = record.active->version,
                          .order = record.assignment ? record.assignment->order : record.active->order,
                          .reason = why.code,
                          .message = why.message});
  record.going_back_to = to;
  record.target.reset();
  record.mending.reset();
  record.stands_in.reset();
  record.qualification.reset();
  record.error = std::move(why);
}

void restored(Record& record, UnixTime now) {
  const auto earlier = std::ranges::find_if(
      record.kept, [&](const Installed& kept) { return kept.digest == record.going_back_to; });
  const std::optional<Installed> left = record.active;
  if (earlier != record.kept.end()) {
    record.active = *earlier;
    record.kept.erase(earlier);
    record.usual = record.trial ? record.trial->before : Counts{};
  }
  const bool went_back = record.active && record.active->digest == record.going_back_to;
  record.trial.reset();
  if (record.falling_back && went_back) {
    stood_in(record, *left, now);
  } else {
    const Failure why = record.error.value_or(Failure{});
    note_version(record, *left, now, went_back ? "rolled_back" : std::string(name(why.code)), why.message);
    if (went_back && !record.active->committed) record.trial = Trial{};
  }
  record.going_back_to.reset();
  record.falling_back.reset();
  if (record.stands_in && record.active && record.stands_in->digest == record.active->digest)
    record.stands_in.reset();
}

void abandon(Record& record, Failure why, UnixTime now) {
  record.target.reset();
  ++record.rounds;
  note(record, now, std::string(name(why.code)), why.message);
  record.error = std::move(why);
}

bool is_on_trial(const Record& record) {
  return record.active && !record.active->committed && record.trial.has_value();
}

bool is_news(const Record& record, const Assignment& assignment) {
  if (!record.assignment) return true;
  if (assignment.order != record.assignment->order) return assignment.order > record.assignment->order;
  return !(assignment.version == record.assignment->version);
}

std::optional<std::uint64_t> order_reached(const Record& record) {
  if (record.pending) return record.pending->order;
  return record.assignment ? std::optional(record.assignment->order) : std::nullopt;
}

bool is_settled(const Record& record) {
  if (record.error) return !worth_another_round(record.error->code);
  const Installed* running = record.active ? &*record.active : nullptr;
  if (record.stands_in)
    if (const Installed* wanted = find_version(record, record.stands_in->digest)) running = wanted;
  return running != nullptr && record.assignment && running->version == record.assignment->version;
}

}  // namespace drover::lifecycle
