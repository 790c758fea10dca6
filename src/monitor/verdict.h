#pragma once

#include <span>
#include <string>

#include <nlohmann/json_fwd.hpp>

#include "drift/triage/triage.h"
#include "monitor/detection.h"
#include "monitor/figures.h"
#include "policy/rule.h"

/// The numbers that made a decision, whole enough for anybody to make it again: docs/formats/verdict.md.
namespace drover::monitor {

/// What a version is counted by, as its bundle gives it.
struct Reference {
  const drift::Baseline* baseline = nullptr;  // may be null
  std::span<const std::string> labels;
};

/// A rule's condition held over `over`, with this figure.
nlohmann::json rule_verdict(const policy::Rule& rule, const Scheme& scheme, const Reference& reference,
                            const Window& over, const Figure& figure,
                            const std::vector<drift::RankedCause>& causes);

/// A detector alarmed on a stream: a column, or errors (then `column` is null).
nlohmann::json detector_verdict(const std::string& stream, const Column* column,
                                const Detection::Found& found, const std::vector<drift::RankedCause>& causes);

/// What came of making a decision again.
struct Explained {
  std::string text;     // for people, a line or more
  bool same = false;    // to the bit
  nlohmann::json made;  // the figure, or the alarm, made again
};

/// Errors: bad_json that names the place, unsupported for another schema; a verdict that cannot be made again
/// is no error but not `same`.
Result<Explained> explain(const nlohmann::json& verdict);

}  // namespace drover::monitor
