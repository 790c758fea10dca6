#include "lifecycle/changes.h"

#include <algorithm>

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

}  // namespace

void note(Record& record, UnixTime now, std::string result, std::string message) {
  record.history.push_back(outcome_of(record, now, std::move(result), std::move(message)));
  if (record.history.size() > kHistoryMax) record.history.erase(record.history.begin());
}

void begin(Record& record, const Assignment& assignment) {
  if (is_news(record, assignment)) record.rounds = 0;
  record.assignment = assignment;
  record.pending.reset();
  record.target.reset();
  record.error.reset();
}

void swapped(Record& record) {
  Trial trial;
  trial.before = record.trial ? record.trial->before : record.usual;
  if (record.active && record.active->committed) record.kept.insert(record.kept.begin(), *record.active);
  std::erase_if(record.kept, [&](const Installed& kept) { return kept.digest == record.target->digest; });
  record.active = Installed{.version = record.assignment->version,
                            .digest = record.target->digest,
                            .order = record.assignment->order,
                            .variant = record.target->variant,
                            .committed = false};
  record.target.reset();
  record.trial = trial;
  record.usual = {};
}

void commit(Record& record, std::size_t keep, UnixTime now) {
  record.active->committed = true;
  const std::size_t earlier_max = std::max<std::size_t>(keep, 2) - 1;
  if (record.kept.size() > earlier_max) record.kept.resize(earlier_max);
  if (record.trial) record.usual = record.trial->after;
  record.trial.reset();
  note(record, now, "committed");
}

void take_back(Record& record, std::optional<Digest> to, Failure why) {
  add(record.quarantine, {.digest = record.active->digest,
                          .version = record.active->version,
                          .order = record.assignment ? record.assignment->order : record.active->order,
                          .reason = why.code,
                          .message = why.message});
  record.going_back_to = to;
  record.target.reset();
  record.error = std::move(why);
}

void restored(Record& record, UnixTime now) {
  const auto earlier = std::ranges::find_if(
      record.kept, [&](const Installed& kept) { return kept.digest == record.going_back_to; });
  if (earlier != record.kept.end()) {
    record.active = *earlier;
    record.kept.erase(earlier);
    record.usual = record.trial ? record.trial->before : Counts{};
  }
  const bool went_back = record.active && record.active->digest == record.going_back_to;
  const Failure why = record.error.value_or(Failure{});
  note(record, now, went_back ? "rolled_back" : std::string(name(why.code)), why.message);
  record.going_back_to.reset();
  record.trial.reset();
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

bool is_settled(const Record& record) {
  if (record.error) return !worth_another_round(record.error->code);
  return record.active && record.assignment && record.active->version == record.assignment->version;
}

}  // namespace drover::lifecycle
