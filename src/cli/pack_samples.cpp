#include <fmt/format.h>

#include <algorithm>

#include "cli/pack_parts.h"
#include "fs/file_system.h"
#include "tables/npz.h"

namespace drover::cli {
namespace {

using bundle::TensorSpec;
using tables::Tensor;

constexpr std::uint64_t kTableBytesMax = std::uint64_t{1} << 30;

Result<tables::NamedTensors> read_table(const std::string& path) {
  const Bytes file = DROVER_TRY(read_input(path, kTableBytesMax));
  return tables::read_tensors(file).in(path);
}

bool are_images(const bundle::Manifest& manifest, const tables::NamedTensors& tensors) {
  return manifest.preprocess && tensors.size() == 1 && tensors[0].tensor.dtype == tables::DType::uint8;
}

/// Raw images are [N, H, W, C], or [N, H, W]; a single one has no axis of its own.
std::uint64_t image_count(const Tensor& images) {
  const auto& shape = images.shape;
  const bool stacked = shape.size() == 4 || (shape.size() == 3 && shape[2] != 1 && shape[2] != 3);
  return stacked ? static_cast<std::uint64_t>(shape[0]) : 1;
}

/// Samples stand along the model's first axis, B rows each where the model has a fixed batch of B, or along
/// an axis of their own.
std::uint64_t tensor_count(const Tensor& tensor, const TensorSpec& spec) {
  if (tensor.shape.empty()) return 1;
  const auto rows = static_cast<std::uint64_t>(tensor.shape[0]);
  const bool batched = tensor.shape.size() == spec.shape.size() && spec.shape[0] > 1;
  return batched ? rows / static_cast<std::uint64_t>(spec.shape[0]) : rows;
}

/// The table as a member, and how many samples it has.
Result<std::uint64_t> add_inputs(const std::string& path, const std::string& stem, PackParts& parts,
                                 bool images) {
  tables::NamedTensors tensors = DROVER_TRY(read_table(path));
  if (are_images(parts.manifest, tensors) != images)
    return fail(Code::invalid_argument, fmt::format("{}: the golden inputs are {}, so these must be too",
                                                    path, images ? "raw uint8 images" : "tensors"));
  if (images) {
    const std::uint64_t count = image_count(tensors[0].tensor);
    parts.members[stem + ".npy"] = tables::write_npy(tensors[0].tensor);
    return count;
  }
  const auto& specs = parts.manifest.inputs;
  std::vector<Tensor> arranged = DROVER_TRY(bundle::arrange(std::move(tensors), specs).in(path));
  const std::uint64_t count = tensor_count(arranged[0], specs[0]);
  DROVER_TRY(add_table(parts.members, stem, std::move(arranged), specs));
  return count;
}

Result<Tensor> read_labels(const std::string& path) {
  tables::NamedTensors tables = DROVER_TRY(read_table(path));
  if (tables.size() != 1 || tables[0].tensor.shape.size() != 1 || tables::is_float(tables[0].tensor.dtype))
    return fail(Code::invalid_argument,
                fmt::format("{}: one array of one dimension with whole numbers expected", path));
  return std::move(tables[0].tensor);
}

Status check_labels(const std::string& path, const Tensor& labels, std::uint64_t samples,
                    std::size_t classes) {
  if (labels.count() != samples)
    return fail(Code::invalid_argument,
                fmt::format("{}: {} labels for {} holdout inputs", path, labels.count(), samples));
  for (std::size_t i = 0; i < labels.count(); ++i)
    if (labels.at(i) < 0 || (classes > 0 && labels.at(i) >= static_cast<double>(classes)))
      return fail(Code::invalid_argument, fmt::format("{}: label {} at {} is none of the {} classes", path,
                                                      labels.at(i), i, classes));
  return {};
}

Status add_holdout(const std::string& option, PackParts& parts) {
  const auto [inputs, labels_path] = cut(option);
  if (labels_path.empty())
    return fail(Code::invalid_argument, fmt::format("--holdout {}: INPUTS.npy,LABELS.npy expected", option));
  const bool images = parts.manifest.samples == bundle::Samples::images;
  const std::uint64_t count = DROVER_TRY(add_inputs(inputs, "holdout/inputs", parts, images));
  const Tensor labels = DROVER_TRY(read_labels(labels_path));
  DROVER_TRY(check_labels(labels_path, labels, count, parts.manifest.labels.size()));
  parts.members["holdout/labels.npy"] = tables::write_npy(labels);
  return {};
}

}  // namespace

Result<Bytes> read_input(const std::string& path, std::uint64_t bytes_max) {
  return fs::read_file(fs::real_file_system(), path, bytes_max);
}

Status add_table(bundle::Members& members, const std::string& stem, std::vector<Tensor> tensors,
                 const std::vector<TensorSpec>& specs) {
  if (specs.size() == 1) {
    members[stem + ".npy"] = tables::write_npy(tensors.at(0));
    return {};
  }
  tables::NamedTensors named;
  for (std::size_t i = 0; i < specs.size(); ++i) named.push_back({specs[i].name, std::move(tensors.at(i))});
  members[stem + ".npz"] = DROVER_TRY(tables::write_npz(named).in(stem));
  return {};
}

Result<std::uint64_t> add_samples(const PackOptions& options, PackParts& parts) {
  const std::string inputs = cut(options.golden).first;
  const bool images = are_images(parts.manifest, DROVER_TRY(read_table(inputs)));
  parts.manifest.samples = images ? bundle::Samples::images : bundle::Samples::tensors;
  const std::uint64_t count = DROVER_TRY(add_inputs(inputs, "golden/inputs", parts, images));
  if (count < bundle::kGoldenSamplesMin)
    return fail(
        Code::invalid_argument,
        fmt::format("{}: {} golden samples; at least {} are needed, since a smoke test of fewer says little",
                    inputs, count, bundle::kGoldenSamplesMin));
  if (!options.holdout.empty()) DROVER_TRY(add_holdout(options.holdout, parts));
  return count;
}

}  // namespace drover::cli
