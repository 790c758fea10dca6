#pragma once

#include <string>
#include <vector>

#include "base/bytes.h"

namespace drover::defect {

/// Operators by their numbers in the format.
enum class Op : std::uint8_t {
  add = 0,
  average_pool = 1,
  conv = 3,
  fully_connected = 9,
  max_pool = 17,
  multiply = 18,
  softmax = 25,
  square_root = 75
};

/// A float32 model under construction, in the order in which it runs. Each function adds one operator and
/// returns the number of its output; shapes are NHWC and follow from the inputs. Weights that do not fit are
/// a programmer's error.
class TfliteGraph {
 public:
  using TensorId = int;

  explicit TfliteGraph(std::string description) : description_(std::move(description)) {}

  TensorId input(std::string name, std::vector<int> shape);
  /// `filters` [out][rows][columns][in], `bias` [out]; stride 1, padded so that the size stays (SAME).
  TensorId conv(TensorId x, int filter_size, bool relu, std::vector<float> filters, std::vector<float> bias);
  /// Windows of size×size side by side; what does not fill a window is left out (VALID).
  TensorId max_pool(TensorId x, int window);
  TensorId average_pool(TensorId x, int window);
  /// `weights` [out][height·width·channels of x], `bias` [out].
  TensorId fully_connected(TensorId x, bool relu, std::vector<float> weights, std::vector<float> bias);
  TensorId softmax(TensorId x);
  TensorId square_root(TensorId x);
  TensorId add(TensorId a, TensorId b);
  /// Every element times `factor`.
  TensorId multiply(TensorId x, float factor);
  /// Names the tensor as an output of the model.
  void output(TensorId x, std::string name);

  /// The model file.
  [[nodiscard]] Bytes write() const;

 private:
  struct Tensor {
    std::string name;
    std::vector<int> shape;
    std::vector<float> values;  // empty unless constant
  };
  struct Node {
    Op op;
    std::vector<int> inputs;
    int output;
    bool relu = false;
    int window = 0;  // pools
  };
  struct Writer;

  TensorId constant(std::vector<int> shape, std::vector<float> values);
  TensorId node(Op op, std::vector<int> inputs, std::vector<int> shape, bool relu = false, int window = 0);
  TensorId pool(Op op, TensorId x, int window);
  [[nodiscard]] const std::vector<int>& shape(TensorId x) const {
    return tensors_[static_cast<std::size_t>(x)].shape;
  }

  std::string description_;
  std::vector<Tensor> tensors_;
  std::vector<Node> nodes_;
  std::vector<int> inputs_, outputs_;
};

}  // namespace drover::defect
