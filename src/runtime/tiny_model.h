#pragma once

#include <flatbuffers/flatbuffers.h>

#include <cstring>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "base/bytes.h"

/// Writes small .tflite files for tests, straight from field numbers (schema.fbs, version 3).
namespace drover::runtime::tiny {

/// TensorType and the BuiltinOperators in use.
enum Type : std::int8_t {
  kFloat32,
  kFloat16,
  kInt32,
  kUint8,
  kInt64,
  kString,
  kBool,
  kInt16,
  kComplex64,
  kInt8,
  kFloat64
};
enum Op : int {
  kAdd = 0,
  kMul = 18,
  kReshape = 22,
  kSvdf = 27,
  kCustom = 32,
  kBidirectionalSequenceRnn = 46,
  kFloorMod = 95,
  kWhile = 119,
  kBatchMatMul = 126
};

using Builder = flatbuffers::FlatBufferBuilder;
using Offset = flatbuffers::Offset<void>;

struct TinyTensor {
  std::string name;
  Type type = kFloat32;
  std::vector<std::int32_t> shape;
  std::vector<std::int32_t> signature = {};
  Bytes data = {};  // of a constant
  float scale = 0;  // 0: not quantised
  std::int64_t zero_point = 0;
  bool variable = false;
};

struct TinyOperator {
  Op op = kAdd;
  std::vector<std::int32_t> inputs, outputs;
  int options_type = 0;                      // BuiltinOptions
  std::map<int, std::int32_t> options = {};  // field number → int32
  std::string custom = {};
};

struct TinyGraph {
  std::vector<TinyTensor> tensors;
  std::vector<std::int32_t> inputs, outputs;
  std::vector<TinyOperator> operators;
};

inline Bytes floats(const std::vector<float>& values) {
  Bytes bytes(values.size() * sizeof(float));
  std::memcpy(bytes.data(), values.data(), bytes.size());
  return bytes;
}

/// One table: `fields` adds them between its start and its end, all that they point to being written before.
inline Offset table(Builder& builder, const std::function<void()>& fields) {
  const auto start = builder.StartTable();
  fields();
  return Offset(builder.EndTable(start));
}

inline flatbuffers::voffset_t slot(int field) { return static_cast<flatbuffers::voffset_t>(4 + 2 * field); }

class Writer {
 public:
  Bytes write(const std::vector<TinyGraph>& graphs) {
    buffers_.push_back(table(builder_, [] {}));
    std::vector<Offset> subgraphs;
    for (const TinyGraph& graph : graphs) subgraphs.push_back(subgraph(graph));
    const auto codes = builder_.CreateVector(codes_);
    const auto graph_list = builder_.CreateVector(subgraphs);
    const auto description = builder_.CreateString("made for a test");
    const auto buffers = builder_.CreateVector(buffers_);
    const Offset model = table(builder_, [&] {
      builder_.AddElement<std::uint32_t>(slot(0), 3, 0);
      builder_.AddOffset(slot(1), codes);
      builder_.AddOffset(slot(2), graph_list);
      builder_.AddOffset(slot(3), description);
      builder_.AddOffset(slot(4), buffers);
    });
    builder_.Finish(model, "TFL3");
    return {builder_.GetBufferPointer(), builder_.GetBufferPointer() + builder_.GetSize()};
  }

 private:
  Offset subgraph(const TinyGraph& graph) {
    std::vector<Offset> tensors, operators;
    for (const TinyTensor& entry : graph.tensors) tensors.push_back(tensor(entry));
    for (const TinyOperator& entry : graph.operators) operators.push_back(op(entry));
    const auto tensor_list = builder_.CreateVector(tensors);
    const auto inputs = builder_.CreateVector(graph.inputs);
    const auto outputs = builder_.CreateVector(graph.outputs);
    const auto operator_list = builder_.CreateVector(operators);
    return table(builder_, [&] {
      builder_.AddOffset(slot(0), tensor_list);
      builder_.AddOffset(slot(1), inputs);
      builder_.AddOffset(slot(2), outputs);
      builder_.AddOffset(slot(3), operator_list);
    });
  }

  std::uint32_t buffer(const Bytes& data) {
    if (data.empty()) return 0;
    builder_.ForceVectorAlignment(data.size(), 1, 16);
    const auto bytes = builder_.CreateVector(data);
    buffers_.push_back(table(builder_, [&] { builder_.AddOffset(slot(0), bytes); }));
    return static_cast<std::uint32_t>(buffers_.size() - 1);
  }

  Offset tensor(const TinyTensor& entry) {
    const std::uint32_t data = buffer(entry.data);
    const auto shape = builder_.CreateVector(entry.shape);
    const auto name = builder_.CreateString(entry.name);
    const auto signature = builder_.CreateVector(entry.signature);
    const auto scales = builder_.CreateVector(std::vector<float>{entry.scale});
    const auto zeros = builder_.CreateVector(std::vector<std::int64_t>{entry.zero_point});
    const Offset quantisation = table(builder_, [&] {
      if (entry.scale == 0) return;
      builder_.AddOffset(slot(2), scales);
      builder_.AddOffset(slot(3), zeros);
    });
    return table(builder_, [&] {
      builder_.AddOffset(slot(0), shape);
      builder_.AddElement<std::int8_t>(slot(1), entry.type, 0);
      builder_.AddElement<std::uint32_t>(slot(2), data, 0);
      builder_.AddOffset(slot(3), name);
      builder_.AddOffset(slot(4), quantisation);
      builder_.AddElement<std::uint8_t>(slot(5), entry.variable ? 1 : 0, 0);
      if (!entry.signature.empty()) builder_.AddOffset(slot(7), signature);
    });
  }

  Offset op(const TinyOperator& entry) {
    const auto custom = builder_.CreateString(entry.custom);
    codes_.push_back(table(builder_, [&] {
      builder_.AddElement<std::int8_t>(slot(0), static_cast<std::int8_t>(entry.op), 0);
      if (!entry.custom.empty()) builder_.AddOffset(slot(1), custom);
      builder_.AddElement<std::int32_t>(slot(2), 1, 0);
      builder_.AddElement<std::int32_t>(slot(3), entry.op, 0);
    }));
    const auto inputs = builder_.CreateVector(entry.inputs);
    const auto outputs = builder_.CreateVector(entry.outputs);
    const Offset options = table(builder_, [&] {
      for (const auto& [field, value] : entry.options)
        builder_.AddElement<std::int32_t>(slot(field), value, -1);
    });
    return table(builder_, [&] {
      builder_.AddElement<std::uint32_t>(slot(0), static_cast<std::uint32_t>(codes_.size() - 1), 0xffff);
      builder_.AddOffset(slot(1), inputs);
      builder_.AddOffset(slot(2), outputs);
      if (entry.options_type == 0) return;
      builder_.AddElement<std::uint8_t>(slot(3), static_cast<std::uint8_t>(entry.options_type), 0);
      builder_.AddOffset(slot(4), options);
    });
  }

  Builder builder_;
  std::vector<Offset> buffers_, codes_;
};

inline Bytes write_model(const std::vector<TinyGraph>& graphs) { return Writer().write(graphs); }

/// sum = a + b, product = a · b, over [1, 4].
inline TinyGraph sum_and_product() {
  return {.tensors = {{.name = "a", .shape = {1, 4}, .signature = {-1, 4}},
                      {.name = "b", .shape = {1, 4}, .signature = {-1, 4}},
                      {.name = "sum", .shape = {1, 4}, .signature = {-1, 4}},
                      {.name = "product", .shape = {1, 4}, .signature = {-1, 4}}},
          .inputs = {0, 1},
          .outputs = {2, 3},
          .operators = {{.op = kAdd, .inputs = {0, 1}, .outputs = {2}, .options_type = 11},
                        {.op = kMul, .inputs = {0, 1}, .outputs = {3}, .options_type = 21}}};
}

/// The sum of the last three inputs, the present one included.
inline TinyGraph memory_of_three() {
  return {
      .tensors = {{.name = "x", .shape = {1, 1}},
                  {.name = "feature", .shape = {1, 1}, .data = floats({1})},
                  {.name = "time", .shape = {1, 3}, .data = floats({1, 1, 1})},
                  {.name = "state", .shape = {1, 3}, .variable = true},
                  {.name = "y", .shape = {1, 1}}},
      .inputs = {0},
      .outputs = {4},
      .operators = {
          {.op = kSvdf, .inputs = {0, 1, 2, -1, 3}, .outputs = {4}, .options_type = 6, .options = {{0, 1}}}}};
}

/// y = 2 x and then nine times the remainder by 1000, which XNNPACK cannot do.
inline TinyGraph mostly_on_the_cpu() {
  TinyGraph graph{.tensors = {{.name = "x", .shape = {1, 4}},
                              {.name = "thousand", .shape = {1, 4}, .data = floats({1000, 1000, 1000, 1000})},
                              {.name = "double", .shape = {1, 4}}},
                  .inputs = {0},
                  .outputs = {11},
                  .operators = {{.op = kAdd, .inputs = {0, 0}, .outputs = {2}, .options_type = 11}}};
  for (std::int32_t last = 2; last < 11; ++last) {
    graph.tensors.push_back({.name = "remainder" + std::to_string(last), .shape = {1, 4}});
    graph.operators.push_back({.op = kFloorMod, .inputs = {last, 1}, .outputs = {last + 1}});
  }
  return graph;
}

/// A loop whose condition is the constant true.
inline std::vector<TinyGraph> endless_loop() {
  const TinyGraph main{
      .tensors = {{.name = "x", .shape = {1}}, {.name = "y", .shape = {1}}},
      .inputs = {0},
      .outputs = {1},
      .operators = {
          {.op = kWhile, .inputs = {0}, .outputs = {1}, .options_type = 93, .options = {{0, 1}, {1, 2}}}}};
  const TinyGraph condition{
      .tensors = {{.name = "x", .shape = {1}}, {.name = "true", .type = kBool, .shape = {1}, .data = {1}}},
      .inputs = {0},
      .outputs = {1},
      .operators = {}};
  const TinyGraph body{.tensors = {{.name = "x", .shape = {1}}, {.name = "y", .shape = {1}}},
                       .inputs = {0},
                       .outputs = {1},
                       .operators = {{.op = kAdd, .inputs = {0, 0}, .outputs = {1}, .options_type = 11}}};
  return {main, condition, body};
}

/// A file that is whole and makes the runtime abort: BIDIRECTIONAL_SEQUENCE_RNN takes an auxiliary input only
/// of the input's own first size, and TFLite looks with TF_LITE_ASSERT_EQ, which prints and calls abort()
/// (bidirectional_sequence_rnn.cc, Prepare).
inline TinyGraph aborts_in_prepare() {
  const auto weights = [](const char* name, std::vector<std::int32_t> shape, std::size_t count = 1) {
    return TinyTensor{.name = name, .shape = std::move(shape), .data = floats(std::vector<float>(count, 1))};
  };
  const auto state = [](const char* name) {
    return TinyTensor{.name = name, .shape = {1, 1}, .variable = true};
  };
  return {.tensors = {{.name = "x", .shape = {1, 1, 1}},
                      weights("forward", {1, 1}),
                      weights("forward_recurrent", {1, 1}),
                      weights("forward_bias", {1}),
                      state("forward_state"),
                      weights("backward", {1, 1}),
                      weights("backward_recurrent", {1, 1}),
                      weights("backward_bias", {1}),
                      state("backward_state"),
                      weights("auxiliary", {2, 1, 1}, 2),  // [1, 1, 1] would do
                      weights("forward_auxiliary", {1, 1}),
                      weights("backward_auxiliary", {1, 1}),
                      {.name = "y_forward", .shape = {1, 1, 1}},
                      {.name = "y_backward", .shape = {1, 1, 1}}},
          .inputs = {0},
          .outputs = {12, 13},
          .operators = {{.op = kBidirectionalSequenceRnn,
                         .inputs = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11},
                         .outputs = {12, 13}}}};
}

/// [side, 1] · [1, side]: side² floats from little input.
inline TinyGraph outer_product(std::int32_t side) {
  return {.tensors = {{.name = "a", .shape = {1, side, 1}},
                      {.name = "b", .shape = {1, 1, side}},
                      {.name = "y", .shape = {1, side, side}}},
          .inputs = {0, 1},
          .outputs = {2},
          .operators = {{.op = kBatchMatMul, .inputs = {0, 1}, .outputs = {2}, .options_type = 101}}};
}

}  // namespace drover::runtime::tiny
