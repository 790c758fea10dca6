#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

/// What drover-worker prints on stdout: one JSON document, `{"ok":true,…}` with exit status 0 or
/// `{"ok":false,"code":…,"message":…}` with exit status 1. docs/formats/worker.md.
namespace drover::bundle {

/// real = scale · (stored − zero_point); one pair, or one a slice along `axis`.
struct Quantisation {
  std::vector<double> scales;
  std::vector<std::int64_t> zero_points;
  int axis = 0;
  bool operator==(const Quantisation&) const = default;
};

/// A model's input or output as the file describes it.
struct TensorReport {
  std::string name;
  std::string dtype;  // "float32", "int8", … (tables' names); "string" and others by TFLite's name
  std::vector<std::int64_t> shape;  // -1 where the size is free
  std::optional<Quantisation> quantisation;
  bool operator==(const TensorReport&) const = default;
};

struct LatencyReport {
  double median_us = 0, p95_us = 0, max_us = 0;
  std::uint64_t runs = 0;
};

/// Which runtime ran the model, and how.
struct EngineReport {
  std::string engine;                 // "tflite"
  std::string version;                // "2.20.0"
  std::string delegate;               // "xnnpack" when it is active, else "none"
  std::uint64_t nodes = 0;            // operators of the model's main graph
  std::uint64_t nodes_delegated = 0;  // of these, what the delegate runs; the others fall back
};

struct InspectReport {
  std::uint64_t size_bytes = 0;
  std::string description;  // the model file's own
  std::vector<TensorReport> inputs, outputs;
  std::map<std::string, std::uint64_t> operators;  // how many of each, by name
  EngineReport engine;
  LatencyReport latency;                // on zeros, one thread
  std::uint64_t peak_memory_bytes = 0;  // of the whole worker process
};

/// How far one output was from the golden one, over all samples.
struct DeviationReport {
  std::string output;
  double max_absolute = 0;
  std::uint64_t top1_changes = 0;
};

struct SmokeReport {
  std::uint64_t samples = 0;
  EngineReport engine;
  LatencyReport latency;  // per sample
  std::uint64_t peak_memory_bytes = 0;
  std::vector<DeviationReport> deviations;
};

struct RunReport {
  std::uint64_t samples = 0;
  EngineReport engine;
  LatencyReport latency;
};

/// How well the model knows the labelled holdout.
struct HoldoutReport {
  static constexpr std::size_t kClassesMax = 64;  // beyond that there is no by_class

  std::uint64_t samples = 0;  // at least 1
  std::uint64_t right = 0;
  /// by_class[label][answer]: how many. Answers that name no class (NaN, or one that there is not) are in
  /// none.
  std::vector<std::vector<std::uint64_t>> by_class;
  EngineReport engine;
  LatencyReport latency;  // per sample
  [[nodiscard]] double accuracy() const { return static_cast<double>(right) / static_cast<double>(samples); }
};

/// What the worker can run models with, whatever the model.
struct AboutReport {
  std::string engine = {};   // "tflite"
  std::string version = {};  // "2.20.0"
  std::vector<std::string> delegates = {};
  std::string library = {};  // the file that the runtime was loaded from
};

std::string to_json(const AboutReport& report);
std::string to_json(const InspectReport& report);
std::string to_json(const SmokeReport& report);
std::string to_json(const RunReport& report);
std::string to_json(const HoldoutReport& report);
/// The document of a refusal.
std::string to_json(const Error& error);

/// Each reads the worker's document; a refusal in it becomes that Error, anything else bad_response.
Result<AboutReport> parse_about_report(std::string_view json);
Result<InspectReport> parse_inspect_report(std::string_view json);
Result<SmokeReport> parse_smoke_report(std::string_view json);
Result<RunReport> parse_run_report(std::string_view json);
Result<HoldoutReport> parse_holdout_report(std::string_view json);

}  // namespace drover::bundle
