#pragma once

#include "agent/command_line.h"

namespace drover::agent {

// The verbs of drover-agent. Each prints its answer and returns the exit code: 0 ok, 1 failed or refused,
// 2 usage.

int run_agent(const Arguments& arguments);
int run_enroll(const Arguments& arguments);
/// status, history, rollback, pin, unpin, clear-quarantine: by the running agent; status and history also
/// from the disk when none runs.
int run_on_device(const std::string& verb, const Arguments& arguments);

}  // namespace drover::agent
