#include "lifecycle/record.h"

namespace drover::lifecycle {

Report report_of(const Record& record) {
  Report report;
  report.state = record.state;
  report.error = record.error;
  report.pinned = record.pinned;
  if (record.active) {
    report.version = record.active->version;
    report.digest = record.active->digest;
  }
  if (record.assignment) report.order = record.assignment->order;
  if (!record.kept.empty()) report.previous = record.kept.front().version;
  return report;
}

Status check(const Record& record) {
  const auto needs = [&](bool there, std::string_view what) -> Status {
    if (there) return {};
    return fail(Code::bad_state, std::string(name(record.state)) + " without " + std::string(what));
  };
  switch (record.state) {
    case State::idle:
    case State::reporting:
      return {};
    case State::checking:
      return needs(record.assignment.has_value(), "assignment");
    case State::downloading:
    case State::verifying:
    case State::staging:
    case State::smoke_testing:
    case State::switching:
      DROVER_TRY(needs(record.assignment.has_value(), "assignment"));
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
