#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "bundle/manifest.h"
#include "tables/tensor.h"

/// Golden samples: comparison of what a model gave with what it should give. Pure.
namespace drover::bundle {

inline constexpr std::size_t kGoldenSamplesMin = 10;

/// A value is accepted when |got − expected| ≤ absolute + relative · |expected|; of quantised outputs the
/// stored integers are compared. NaN equals NaN only, infinity itself only.
struct OutputTolerance {
  double absolute = 1e-3;
  double relative = 1e-3;
  /// The largest value must stand at the same index (an exact tie in the expected values is accepted).
  bool same_top1 = false;
  bool operator==(const OutputTolerance&) const = default;
};

/// Tolerances by output; `fallback` for an output without its own.
struct ToleranceSet {
  OutputTolerance fallback;
  std::map<std::string, OutputTolerance> outputs;
  bool operator==(const ToleranceSet&) const = default;
};

/// For one engine and delegate. An empty field matches any.
struct EngineTolerance {
  std::string engine;    // "tflite"
  std::string delegate;  // "xnnpack", "none", …
  ToleranceSet set;
  bool operator==(const EngineTolerance&) const = default;
};

/// golden/tolerance.json. The first of `engines` that matches replaces `common` altogether.
struct Tolerance {
  ToleranceSet common;
  std::vector<EngineTolerance> engines;
  bool operator==(const Tolerance&) const = default;

  [[nodiscard]] const OutputTolerance& of(std::string_view output, std::string_view engine,
                                          std::string_view delegate) const;
};

/// Errors: bad_manifest or bad_json with the place, too_large.
Result<Tolerance> parse_tolerance(std::string_view json);
std::string to_json(const Tolerance& tolerance);
/// What `drover model pack` writes when no tolerance is given: by each expected output's type, with same_top1
/// for the first output when the model has labels.
Tolerance default_tolerance(const std::vector<TensorSpec>& outputs, bool has_labels);

struct OutputDeviation {
  double max_absolute = 0;  // NaN aside
  bool top1_changed = false;
};

/// Compares one output of sample `sample`. A deviation beyond the tolerance is smoke_output in words: which
/// sample, output and index, expected, got, allowed, and how many values of the output are off.
/// Another count of values or another type is smoke_output too.
Result<OutputDeviation> compare_output(std::size_t sample, std::string_view output,
                                       const tables::Tensor& expected, const tables::Tensor& got,
                                       const OutputTolerance& tolerance);

/// Brings the arrays of an .npy (one, nameless) or .npz (by the tensors' names, or numpy's arr_0, arr_1, …)
/// into the order of `specs`. Fails with bad_table when they do not fit one to one.
Result<std::vector<tables::Tensor>> arrange(tables::NamedTensors tensors,
                                            const std::vector<TensorSpec>& specs);

}  // namespace drover::bundle
