// The graph as a flatbuffer, by the schema of tflite.fbs.
#include <tflite_generated.h>

#include <algorithm>

#include "defect/tflite_graph.h"

namespace drover::defect {

namespace fb = drover::tflite;
using flatbuffers::FlatBufferBuilder;
using flatbuffers::Offset;

struct TfliteGraph::Writer {
  const TfliteGraph& graph;
  FlatBufferBuilder builder = FlatBufferBuilder(1 << 16);
  std::vector<Op> codes = {};

  /// Buffer 0 is the empty one; constant number n has buffer n+1. Values stand on 16 bytes, as kernels read
  /// them.
  std::vector<Offset<fb::Buffer>> buffers() {
    std::vector<Offset<fb::Buffer>> all = {fb::CreateBuffer(builder)};
    for (const Tensor& tensor : graph.tensors_) {
      if (tensor.values.empty()) continue;
      const auto bytes = std::as_bytes(std::span(tensor.values));
      builder.ForceVectorAlignment(bytes.size(), 1, 16);
      all.push_back(fb::CreateBuffer(
          builder, builder.CreateVector(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size())));
    }
    return all;
  }

  std::vector<Offset<fb::Tensor>> tensors() {
    std::vector<Offset<fb::Tensor>> all;
    std::uint32_t constants = 0;
    for (const Tensor& tensor : graph.tensors_)
      all.push_back(fb::CreateTensorDirect(builder, &tensor.shape, fb::TensorType_FLOAT32,
                                           tensor.values.empty() ? 0 : ++constants, tensor.name.c_str()));
    return all;
  }

  std::uint32_t code(Op op) {
    const auto found = std::find(codes.begin(), codes.end(), op);
    const auto index = static_cast<std::uint32_t>(found - codes.begin());
    if (found == codes.end()) codes.push_back(op);
    return index;
  }

  std::pair<fb::Options, Offset<void>> options(const Node& node) {
    const auto relu = node.relu ? fb::Activation_RELU : fb::Activation_NONE;
    switch (node.op) {
      case Op::conv:
        return {fb::Options_Conv2DOptions,
                fb::CreateConv2DOptions(builder, fb::Padding_SAME, 1, 1, relu).Union()};
      case Op::max_pool:
      case Op::average_pool:
        return {fb::Options_Pool2DOptions, fb::CreatePool2DOptions(builder, fb::Padding_VALID, node.window,
                                                                   node.window, node.window, node.window)
                                               .Union()};
      case Op::fully_connected:
        return {fb::Options_FullyConnectedOptions, fb::CreateFullyConnectedOptions(builder, relu).Union()};
      case Op::softmax:
        return {fb::Options_SoftmaxOptions, fb::CreateSoftmaxOptions(builder, 1.0f).Union()};
      case Op::add:
        return {fb::Options_AddOptions, fb::CreateAddOptions(builder).Union()};
      case Op::multiply:
        return {fb::Options_MulOptions, fb::CreateMulOptions(builder).Union()};
      case Op::square_root:
        break;
    }
    return {fb::Options_NONE, Offset<void>()};
  }

  std::vector<Offset<fb::Operator>> operators() {
    std::vector<Offset<fb::Operator>> all;
    for (const Node& node : graph.nodes_) {
      const auto [type, table] = options(node);
      const std::vector<int> outputs = {node.output};
      all.push_back(fb::CreateOperatorDirect(builder, code(node.op), &node.inputs, &outputs, type, table));
    }
    return all;
  }

  std::vector<Offset<fb::OperatorCode>> operator_codes() {
    std::vector<Offset<fb::OperatorCode>> all;
    for (const Op op : codes)
      all.push_back(fb::CreateOperatorCodeDirect(builder, static_cast<std::int8_t>(op), nullptr, 1,
                                                 static_cast<int>(op)));
    return all;
  }

  Bytes write() {
    const auto all_buffers = buffers();
    const auto all_tensors = tensors();
    const auto all_operators = operators();
    const auto all_codes = operator_codes();
    const std::vector<Offset<fb::SubGraph>> subgraphs = {fb::CreateSubGraphDirect(
        builder, &all_tensors, &graph.inputs_, &graph.outputs_, &all_operators, "main")};
    fb::FinishModelBuffer(builder, fb::CreateModelDirect(builder, 3, &all_codes, &subgraphs,
                                                         graph.description_.c_str(), &all_buffers));
    return {builder.GetBufferPointer(), builder.GetBufferPointer() + builder.GetSize()};
  }
};

Bytes TfliteGraph::write() const { return Writer{*this}.write(); }

}  // namespace drover::defect
