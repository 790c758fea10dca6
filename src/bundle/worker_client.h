#pragma once

#include <string>

#include "base/process.h"
#include "bundle/worker_protocol.h"

namespace drover::bundle {

/// How to run drover-worker.
struct WorkerOptions {
  std::string program;   // empty: DROVER_WORKER, else drover-worker beside the running program
  std::string delegate;  // "xnnpack", "none"; empty: the worker's choice
  std::chrono::milliseconds time_max{60'000};
  int threads = 1;
  std::uint64_t memory_mb_max = 0;  // 0: the worker's own default, kWorkerMemoryMb
};
/// MiB that a model may take where nobody says otherwise.
inline constexpr std::uint64_t kWorkerMemoryMb = 1024;

/// The worker's path: `given`, DROVER_WORKER, or drover-worker beside the running program.
Result<std::string> find_worker(const std::string& given = {});

/// Asks the worker which runtime it has; waits for its answer, which needs no model.
Result<AboutReport> ask_engine(const WorkerOptions& options);
/// The same for who does not wait.
Result<Command> about_command(const WorkerOptions& options);
Result<Command> inspect_command(const WorkerOptions& options, const std::string& model);
/// The smoke test of an unpacked bundle (manifest.json, model.tflite, golden/…).
Result<Command> smoke_command(const WorkerOptions& options, const std::string& version_directory);
/// Runs every sample of `inputs` (.npy or .npz) and writes `outputs` (likewise). `manifest`, when given,
/// names the manifest whose preprocessing raw images go through.
Result<Command> run_command(const WorkerOptions& options, const std::string& model, const std::string& inputs,
                            const std::string& outputs, const std::string& manifest = {});

/// How well an unpacked bundle's model knows its holdout. The worker refuses with not_found where there is
/// none.
Result<Command> holdout_command(const WorkerOptions& options, const std::string& version_directory);

/// The report, or an Error in words: the worker's refusal; cpu_exceeded for a hang; out_of_memory;
/// model_crashed for a death by signal, with the signal and the end of stderr, where the runtime says why.
Result<AboutReport> interpret_about(const ProcessResult& result);
Result<InspectReport> interpret_inspect(const ProcessResult& result);
Result<SmokeReport> interpret_smoke(const ProcessResult& result);
Result<RunReport> interpret_run(const ProcessResult& result);
Result<HoldoutReport> interpret_holdout(const ProcessResult& result);

}  // namespace drover::bundle
