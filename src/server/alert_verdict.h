#pragma once

#include <optional>
#include <string>

#include "server/assignment.h"
#include "server/hook_policy.h"
#include "server/outside_alert.h"

namespace drover::server {

/// What is known when an alert about a model on a device is judged.
struct AlertCase {
  HookAct act = HookAct::record;
  shadow::Document shadow = {};
  std::optional<std::uint64_t> rollback = {};  // the order of the last rollback by an alert
  std::optional<Version> withdrawn = {};       // the previous version, if its publisher withdrew it
};

/// What is done about an alert, and why.
struct AlertVerdict {
  const char* word = "recorded";  // or "held", "rolled_back"
  std::string why = {};
  std::optional<Version> from = {}, to = {};  // of a new assignment
  std::optional<Assignment> assignment = {};
};

/// Takes back what the device runs when all of this holds: the alert fires and is a verdict, the owner allows
/// it, it is about the version that runs and began after that was assigned, no other assignment is on its
/// way, the present one is no such rollback itself, and the device has a previous version that stands.
/// Otherwise nothing moves ("held" where it was to).
AlertVerdict judge_alert(const OutsideAlert& alert, const ModelName& model, const AlertCase& found);

/// reported.models.NAME.previous, if the device has one.
std::optional<Version> previous_version(const shadow::Document& shadow, const ModelName& model);

}  // namespace drover::server
