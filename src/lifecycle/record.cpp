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

}  // namespace drover::lifecycle
