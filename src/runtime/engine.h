#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "bundle/worker_protocol.h"
#include "tables/tensor.h"

namespace drover::runtime {

using bundle::Quantisation;
using tables::DType;
using tables::Tensor;

/// An input or output as the loaded model declares it.
struct TensorSpec {
  std::string name;
  std::string type_name;            // the engine's own name of the type
  std::optional<DType> dtype;       // none for a type that Drover does not carry, such as strings
  std::vector<std::int64_t> shape;  // -1 where the size is free
  std::optional<Quantisation> quantisation;
};

struct SessionOptions {
  int threads = 1;
  std::string delegate = "xnnpack";  // or "none"
  /// Told each line that the runtime says, as it says it: what is left when it then crashes.
  std::function<void(std::string_view)> log = {};
};

/// How the model runs here.
struct SessionInfo {
  bundle::EngineReport engine;  // delegate is "none" unless at least one operator runs on it
  bool stateful = false;        // remembers something from one inference to the next
};

/// One loaded model, for one thread at a time.
/// Errors: invalid_argument names the tensor and both shapes; bad_model and out_of_memory carry the runtime's
/// own words.
class Session {
 public:
  virtual ~Session() = default;
  [[nodiscard]] virtual const std::vector<TensorSpec>& inputs() const = 0;
  [[nodiscard]] virtual const std::vector<TensorSpec>& outputs() const = 0;
  [[nodiscard]] virtual SessionInfo info() const = 0;

  /// Gives every input its new shape (needed only where one differs from the present shape).
  virtual Status resize(const std::vector<std::vector<std::int64_t>>& shapes) = 0;
  /// Copies a value in. Its dtype is the stored one, or any float for a quantised input (real values,
  /// quantised here) and for a float one. A batch (first dimension) that differs from the present one resizes
  /// all inputs.
  virtual Status set_input(std::size_t index, const Tensor& value) = 0;
  virtual Status invoke() = 0;
  /// The stored values; or in `as`, real ones dequantised where the output is quantised and `as` is a float.
  virtual Result<Tensor> output(std::size_t index, std::optional<DType> as = std::nullopt) = 0;
  /// Forgets what a stateful model remembers.
  virtual Status reset_state() = 0;

  /// The stored bytes of an input, to be filled in place, and of an output; valid until the next resize.
  virtual std::span<std::uint8_t> input_bytes(std::size_t index) = 0;
  virtual ByteView output_bytes(std::size_t index) = 0;
};

/// A model runtime. A second one implements these two classes.
class Engine {
 public:
  virtual ~Engine() = default;
  [[nodiscard]] virtual std::string name() const = 0;     // "tflite"
  [[nodiscard]] virtual std::string version() const = 0;  // "2.20.0"
  [[nodiscard]] virtual std::string library() const = 0;  // the file that it was loaded from
  /// Does now what needs to open files (looking at the processor), so that load() works where none can be
  /// opened.
  virtual void prepare() = 0;
  /// Loads a model file's bytes, which the session keeps. A hostile one may crash the process: untrusted
  /// models are loaded by drover-worker only. Errors: bad_model, delegate_missing, invalid_argument.
  virtual Result<std::unique_ptr<Session>> load(Bytes model, const SessionOptions& options) = 0;
};

/// Real values to stored ones and back, by `quantisation` (per tensor, or per slice along its axis).
/// Round half away from zero, saturating, as TFLite's QUANTIZE.
Tensor quantise(const Tensor& real, DType dtype, const Quantisation& quantisation);
Tensor dequantise(const Tensor& stored, const Quantisation& quantisation, DType dtype = DType::float32);

}  // namespace drover::runtime
