#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/digest.h"
#include "base/ids.h"
#include "base/result.h"
#include "tables/tensor.h"

/// manifest.json of a bundle: docs/formats/bundle.md.
namespace drover::bundle {

/// An input or output of the model.
struct TensorSpec {
  std::string name;
  tables::DType dtype = tables::DType::float32;
  std::vector<std::int64_t> shape;  // -1 where the size is free
  bool operator==(const TensorSpec&) const = default;
};

enum class Resize : std::uint8_t { nearest, bilinear };
enum class Channels : std::uint8_t { grey, rgb, bgr };
enum class TensorLayout : std::uint8_t { nhwc, nchw };

/// How a raw uint8 image (grey, or red-green-blue) becomes the model's input: resized, brought to `channels`,
/// then value = (pixel − offset) · scale. runtime/preprocess.h does it.
struct Preprocess {
  Resize resize = Resize::bilinear;
  std::int64_t width = 0, height = 0;
  Channels channels = Channels::rgb;
  std::vector<double> offset = {0};  // one, or one a channel in the order of `channels`
  std::vector<double> scale = {1};   // likewise
  TensorLayout layout = TensorLayout::nhwc;
  bool operator==(const Preprocess&) const = default;
  [[nodiscard]] std::int64_t channel_count() const { return channels == Channels::grey ? 1 : 3; }
};

/// What the inputs of golden samples and holdout are.
enum class Samples : std::uint8_t {
  tensors,  // what the model takes
  images,   // raw uint8 images that go through the manifest's preprocessing
};

/// What a version may cost on a device; more is refused by the smoke test.
struct Limits {
  std::optional<double> latency_ms_max;        // median of one inference
  std::optional<std::uint64_t> memory_mb_max;  // peak of the worker, MiB
  bool operator==(const Limits&) const = default;
};

/// Of how many operators the required delegate took how many where the version was packed.
struct Delegation {
  std::uint64_t nodes = 0;
  std::uint64_t nodes_delegated = 0;
  bool operator==(const Delegation&) const = default;
};
/// Whether the delegate runs clearly less of the model here: a share lower by more than a tenth of all
/// operators. Another version of a runtime takes a little less or more.
bool falls_short(const Delegation& here, const Delegation& packed);

struct Member {
  Digest sha256;
  std::uint64_t size = 0;
  bool operator==(const Member&) const = default;
};

struct Manifest {
  static constexpr int kSchema = 1;

  ModelName name;
  Version version;
  UnixTime created{};
  std::string notes;
  std::vector<TensorSpec> inputs, outputs;
  std::vector<std::string> labels;  // of the first output's classes; empty when it has none
  std::optional<Preprocess> preprocess;
  Samples samples = Samples::tensors;
  std::string variant;  // empty when the version has one bundle only
  /// What a device must have. Known keys: arch, runtime, delegate, memory_mb, labels; `label.KEY` is a
  /// device's label. A device lacks what it does not know.
  std::map<std::string, std::string> requirements;
  Limits limits;
  std::optional<Delegation> delegation;   // with a required delegate
  std::map<std::string, Member> members;  // by path; all but manifest.json

  /// "defect-1.2.0" or "defect-1.2.0+arm".
  [[nodiscard]] std::string title() const;
};

inline constexpr std::size_t kManifestBytesMax = std::size_t{1} << 20;
inline constexpr std::string_view kManifestPath = "manifest.json";
inline constexpr std::string_view kModelPath = "model.tflite";

constexpr std::size_t kRequirementBytesMax = 256;
/// What is wrong with a requirement, in words; empty when nothing is.
std::string requirement_fault(const std::string& key, const std::string& value);

/// The paths that a bundle may have.
bool is_member_path(std::string_view path);
/// The path "golden/inputs" has in this bundle: with .npy or .npz; nothing when there is no such member.
std::optional<std::string> table_path(const Manifest& manifest, std::string_view stem);

/// Errors: bad_manifest or bad_json with the place ("inputs[0].shape: …"), too_large, unsupported for a
/// schema newer than this build knows.
Result<Manifest> parse_manifest(std::string_view json);
/// Keys in a fixed order, two blanks of indentation, a newline at the end: equal manifests give equal bytes.
std::string to_json(const Manifest& manifest);

/// The `preprocess` object alone, as `drover model pack --preprocess FILE` takes it.
Result<Preprocess> parse_preprocess(std::string_view json);

std::string_view name(Resize resize);
std::string_view name(Channels channels);
std::string_view name(TensorLayout layout);
std::string_view name(Samples samples);

}  // namespace drover::bundle
