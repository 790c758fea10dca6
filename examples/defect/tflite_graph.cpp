#include "defect/tflite_graph.h"

#include <fmt/format.h>

#include <functional>
#include <numeric>

#include "base/assert.h"

namespace drover::defect {
namespace {

std::size_t elements(const std::vector<int>& shape) {
  return static_cast<std::size_t>(std::accumulate(shape.begin(), shape.end(), 1, std::multiplies<>()));
}
int count(const std::vector<float>& values) { return static_cast<int>(values.size()); }

}  // namespace

TfliteGraph::TensorId TfliteGraph::input(std::string name, std::vector<int> shape) {
  tensors_.push_back({std::move(name), std::move(shape), {}});
  inputs_.push_back(static_cast<int>(tensors_.size()) - 1);
  return inputs_.back();
}

TfliteGraph::TensorId TfliteGraph::constant(std::vector<int> shape, std::vector<float> values) {
  DROVER_ASSERT(elements(shape) == values.size() && !values.empty());
  tensors_.push_back({fmt::format("constant_{}", tensors_.size()), std::move(shape), std::move(values)});
  return static_cast<int>(tensors_.size()) - 1;
}

TfliteGraph::TensorId TfliteGraph::node(Op op, std::vector<int> inputs, std::vector<int> shape, bool relu,
                                        int window) {
  tensors_.push_back({fmt::format("step_{}", nodes_.size() + 1), std::move(shape), {}});
  const int id = static_cast<int>(tensors_.size()) - 1;
  nodes_.push_back({op, std::move(inputs), id, relu, window});
  return id;
}

TfliteGraph::TensorId TfliteGraph::conv(TensorId x, int filter_size, bool relu, std::vector<float> filters,
                                        std::vector<float> bias) {
  std::vector<int> out_shape = shape(x);
  const int in = out_shape[3], out = count(bias);
  out_shape[3] = out;
  const int weights = constant({out, filter_size, filter_size, in}, std::move(filters));
  return node(Op::conv, {x, weights, constant({out}, std::move(bias))}, out_shape, relu);
}

TfliteGraph::TensorId TfliteGraph::pool(Op op, TensorId x, int window) {
  const std::vector<int> in = shape(x);
  return node(op, {x}, {in[0], in[1] / window, in[2] / window, in[3]}, false, window);
}
TfliteGraph::TensorId TfliteGraph::max_pool(TensorId x, int window) { return pool(Op::max_pool, x, window); }
TfliteGraph::TensorId TfliteGraph::average_pool(TensorId x, int window) {
  return pool(Op::average_pool, x, window);
}

TfliteGraph::TensorId TfliteGraph::fully_connected(TensorId x, bool relu, std::vector<float> weights,
                                                   std::vector<float> bias) {
  const int out = count(bias), in = static_cast<int>(elements(shape(x))) / shape(x)[0], batch = shape(x)[0];
  const int matrix = constant({out, in}, std::move(weights));
  return node(Op::fully_connected, {x, matrix, constant({out}, std::move(bias))}, {batch, out}, relu);
}

TfliteGraph::TensorId TfliteGraph::softmax(TensorId x) { return node(Op::softmax, {x}, shape(x)); }
TfliteGraph::TensorId TfliteGraph::square_root(TensorId x) { return node(Op::square_root, {x}, shape(x)); }
TfliteGraph::TensorId TfliteGraph::add(TensorId a, TensorId b) {
  DROVER_ASSERT(shape(a) == shape(b));
  return node(Op::add, {a, b}, shape(a));
}
TfliteGraph::TensorId TfliteGraph::multiply(TensorId x, float factor) {
  const std::vector<int> same = shape(x);
  return node(Op::multiply, {x, constant(same, std::vector<float>(elements(same), factor))}, same);
}

void TfliteGraph::output(TensorId x, std::string name) {
  tensors_[static_cast<std::size_t>(x)].name = std::move(name);
  outputs_.push_back(x);
}

}  // namespace drover::defect
