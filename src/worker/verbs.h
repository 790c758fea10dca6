#pragma once

#include <string>

#include "bundle/worker_protocol.h"
#include "worker/sandbox.h"

namespace drover::worker {

struct Settings {
  std::string library;   // TFLite's; empty: where open_tflite looks
  std::string delegate;  // empty: what the manifest requires, else xnnpack
  int threads = 1;
  SandboxLimits limits;
};

// Each reads its files, locks the process down for good, and only then loads and runs the model: once a
// process.

/// Which runtime is here. Needs no model and no lock-down.
Result<bundle::AboutReport> about(const std::string& nothing, const Settings& settings);

/// What the model is and how fast it runs on zeros.
Result<bundle::InspectReport> inspect(const std::string& model, const Settings& settings);

/// Every golden sample of an unpacked bundle against its expected outputs, and the manifest's limits.
/// Errors: smoke_output, smoke_latency, smoke_memory, delegate_missing; bad_model, bad_manifest, bad_table.
Result<bundle::SmokeReport> smoke(const std::string& version_directory, const Settings& settings);

/// Every sample of an unpacked bundle's holdout, its answer compared with the label (top_class.h).
/// Errors: not_found when it has none; unsupported for a model that names no classes; bad_bundle for labels
/// that do not fit; bad_model, bad_manifest, bad_table.
Result<bundle::HoldoutReport> holdout(const std::string& version_directory, const Settings& settings);

struct RunFiles {
  std::string model, inputs, outputs;
  std::string manifest;      // empty: inputs are tensors
  bool real_values = false;  // dequantise quantised outputs to float32
};

/// Every sample of `inputs` (.npy, or .npz for several), into `outputs` (.npz when so named or when there are
/// several outputs).
Result<bundle::RunReport> run(const RunFiles& files, const Settings& settings);

}  // namespace drover::worker
