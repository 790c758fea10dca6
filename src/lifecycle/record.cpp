#include "lifecycle/record.h"

#include "lifecycle/mending.h"
#include "lifecycle/requalification.h"

namespace drover::lifecycle {
namespace {

std::optional<Failure> failure_of(const Record& record) {
  if (record.error) return record.error;
  if (record.stands_in) return record.stands_in->why;
  return record.qualification ? record.qualification->failure : std::nullopt;
}

}  // namespace

Report report_of(const Record& record) {
  Report report;
  report.state = record.state;
  report.error = failure_of(record);
  report.pinned = record.pinned;
  if (record.active) {
    report.version = record.active->version;
    report.digest = record.active->digest;
  }
  if (record.assignment) report.order = record.assignment->order;
  if (const Installed* previous = way_back(record)) report.previous = previous->version;
  report.qualification = record.qualification;
  if (record.stands_in)
    if (const Installed* absent = find_version(record, record.stands_in->digest))
      report.standing_in_for = absent->version;
  return report;
}

Status check(const Record& record) {
  const auto needs = [&](bool there, std::string_view what) -> Status {
    if (there) return {};
    return fail(Code::bad_state, std::string(name(record.state)) + " without " + std::string(what));
  };
  if (record.mending && find_version(record, *record.mending) == nullptr)
    return fail(Code::bad_state, "mending: no version on the disk has this digest");
  switch (record.state) {
    case State::idle:
    case State::reporting:
      return {};
    case State::checking:
      return needs(record.assignment || record.mending, "assignment");
    case State::downloading:
    case State::verifying:
    case State::staging:
    case State::smoke_testing:
    case State::switching:
      DROVER_TRY(needs(record.assignment || record.mending, "assignment"));
      return needs(record.target.has_value(), "target");
    case State::probation:
    case State::holding:
      DROVER_TRY(needs(record.active.has_value(), "active"));
      return needs(record.trial.has_value(), "trial");
    case State::committing:
    case State::rolling_back:
      return needs(record.active.has_value(), "active");
  }
  return {};
}

}  // namespace drover::lifecycle
