#pragma once

#include <string>

#include "bundle/worker_client.h"
#include "cli/command.h"

namespace drover::cli {

/// Has drover-worker load and run the .tflite file. Errors: the worker's, in words.
Result<bundle::InspectReport> inspect_model(const std::string& path, const bundle::WorkerOptions& options);

/// The worker's report as --json gives it and as people read it.
Answer describe(const bundle::InspectReport& report);

/// --worker, --delegate, --time-max and --memory-mb-max of a verb that runs models.
void add_worker_options(CLI::App* verb, bundle::WorkerOptions& options);

}  // namespace drover::cli
