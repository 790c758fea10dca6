#pragma once

// Inside cli only: what pack reads, part by part. Every error names the file.
#include "bundle/golden.h"
#include "bundle/manifest.h"
#include "cli/model_pack.h"
#include "tables/tensor.h"

namespace drover::cli {

/// Everything but the golden outputs, which may yet have to be computed.
struct PackParts {
  bundle::Manifest manifest;
  bundle::Members members;
};

/// A whole file; at most `bytes_max`.
Result<Bytes> read_input(const std::string& path, std::uint64_t bytes_max);

/// "a,b" cut at the first comma.
std::pair<std::string, std::string> cut(const std::string& text);

/// Name, version, tensors, labels, preprocessing, requirements, limits and date, as the flags and the model
/// say.
Result<bundle::Manifest> make_manifest(const PackOptions& options, const bundle::InspectReport& model);

/// golden/inputs and holdout/…, and what the samples are: tensors, or images when there is preprocessing and
/// the array is of uint8. Returns the count of golden samples.
Result<std::uint64_t> add_samples(const PackOptions& options, PackParts& parts);

/// golden/tolerance.json, baseline.json and policy.toml, given or by default. After the samples: a policy's
/// rule may look at the holdout.
Status add_documents(const PackOptions& options, PackParts& parts);

/// An array as .npy or several as .npz, in the order and with the names of `specs`, at STEM.npy or STEM.npz.
Status add_table(bundle::Members& members, const std::string& stem, std::vector<tables::Tensor> tensors,
                 const std::vector<bundle::TensorSpec>& specs);

}  // namespace drover::cli
