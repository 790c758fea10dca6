#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "bundle/worker_client.h"
#include "cli/bundle_files.h"

namespace drover::cli {

/// The flags of `drover model pack`; an empty string is a flag that was not given.
struct PackOptions {
  std::string model, name, version;
  std::string golden;     // INPUTS or INPUTS,OUTPUTS
  std::string tolerance;  // JSON
  std::string reference;  // CSV, else
  std::string baseline;   // JSON
  std::string holdout;    // INPUTS,LABELS
  std::string labels;     // a,b,c
  std::string preprocess, policy, variant, notes, created, output;
  std::vector<std::string> requirements;  // KEY=VALUE
  std::optional<double> latency_ms_max;
  std::optional<std::uint64_t> memory_mb_max;
  std::uint64_t seed = 1;
  bool verify = true;
  bundle::WorkerOptions worker;
};

struct PackResult {
  std::string path;
  BundleFacts facts;
  std::uint64_t golden_samples = 0;
  bool outputs_computed = false;
  bool has_baseline = false;
  std::optional<bundle::SmokeReport> smoke;              // none without verification
  std::optional<Result<bundle::HoldoutReport>> holdout;  // none without one, or without verification
  std::string other_delegate;  // why devices on the other delegate would refuse it, else empty
};

/// Makes a bundle from files: reads the model's tensors through the worker, computes the golden outputs that
/// are not given, and runs the smoke test on what it wrote, which gets its name only when that passes. Errors
/// name the file, and for text its line and column.
Result<PackResult> pack(const PackOptions& options);

}  // namespace drover::cli
