#include "runtime/tiny_model.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "runtime/model_file.h"
#include "runtime/tflite_engine.h"

namespace drover::runtime {
namespace {

using Shape = std::vector<std::int64_t>;

std::unique_ptr<Session> load(const std::vector<tiny::TinyGraph>& graphs,
                              const std::string& delegate = "xnnpack") {
  static const auto engine = open_tflite();
  if (!engine) throw std::runtime_error(engine.error().text());
  auto session = (*engine)->load(tiny::write_model(graphs), {.delegate = delegate});
  if (!session) throw std::runtime_error(session.error().text());
  return std::move(*session);
}

Tensor numbers(DType dtype, Shape shape, const std::vector<double>& values) {
  Tensor tensor = *tables::make_tensor(dtype, std::move(shape));
  for (std::size_t i = 0; i < values.size(); ++i) tensor.set(i, values[i]);
  return tensor;
}

std::vector<double> list(const Tensor& tensor) {
  std::vector<double> values;
  for (std::size_t i = 0; i < tensor.count(); ++i) values.push_back(tensor.at(i));
  return values;
}

class Types : public testing::TestWithParam<std::tuple<std::pair<tiny::Type, DType>, const char*>> {};

TEST_P(Types, PassThroughAModelUnchanged) {
  const auto& [types, delegate] = GetParam();
  const auto session = load(
      {{.tensors =
            {{.name = "x", .type = types.first, .shape = {1, 6}, .signature = {-1, 6}},
             {.name = "shape", .type = tiny::kInt32, .shape = {2}, .data = {255, 255, 255, 255, 3, 0, 0, 0}},
             {.name = "y", .type = types.first, .shape = {2, 3}, .signature = {-1, 3}}},
        .inputs = {0},
        .outputs = {2},
        .operators = {{.op = tiny::kReshape, .inputs = {0, 1}, .outputs = {2}}}}},
      delegate);
  ASSERT_EQ(session->inputs()[0].dtype, types.second);
  EXPECT_EQ(session->inputs()[0].shape, (Shape{-1, 6}));
  const Tensor given = numbers(types.second, {2, 6}, {1, 0, 3, 4, 5, 6, 7, 8, 9, 0, 11, 127});
  ASSERT_TRUE(session->set_input(0, given));
  ASSERT_TRUE(session->invoke());
  const Tensor got = *session->output(0);
  EXPECT_EQ(got.dtype, types.second);
  EXPECT_EQ(got.shape, (Shape{4, 3}));
  EXPECT_EQ(got.bytes, given.bytes);
}

INSTANTIATE_TEST_SUITE_P(
    TinyModel, Types,
    testing::Combine(
        testing::Values(std::pair{tiny::kFloat32, DType::float32}, std::pair{tiny::kFloat16, DType::float16},
                        std::pair{tiny::kInt8, DType::int8}, std::pair{tiny::kUint8, DType::uint8},
                        std::pair{tiny::kInt16, DType::int16}, std::pair{tiny::kInt32, DType::int32},
                        std::pair{tiny::kInt64, DType::int64}, std::pair{tiny::kBool, DType::boolean}),
        testing::Values("xnnpack", "none")),
    [](const auto& info) {
      return std::string(tables::name(std::get<0>(info.param).second)) + "_" + std::get<1>(info.param);
    });

TEST(TinyModel, SeveralInputsAndOutputsKeepTheirOrder) {
  const auto session = load({tiny::sum_and_product()});
  ASSERT_TRUE(session->set_input(0, numbers(DType::float32, {1, 4}, {1, 2, 3, 4})));
  ASSERT_TRUE(session->set_input(1, numbers(DType::float32, {1, 4}, {10, 20, 30, 40})));
  ASSERT_TRUE(session->invoke());
  EXPECT_EQ(session->outputs()[0].name, "sum");
  EXPECT_THAT(list(*session->output(0)), testing::ElementsAre(11, 22, 33, 44));
  EXPECT_THAT(list(*session->output(1)), testing::ElementsAre(10, 40, 90, 160));
}

TEST(TinyModel, ABatchResizesAllInputsTogether) {
  const auto session = load({tiny::sum_and_product()});
  ASSERT_TRUE(session->set_input(0, numbers(DType::float32, {2, 4}, {1, 2, 3, 4, 5, 6, 7, 8})));
  ASSERT_TRUE(session->set_input(1, numbers(DType::float32, {2, 4}, {1, 1, 1, 1, 2, 2, 2, 2})));
  ASSERT_TRUE(session->invoke());
  EXPECT_THAT(list(*session->output(0)), testing::ElementsAre(2, 3, 4, 5, 7, 8, 9, 10));
}

TEST(TinyModel, QuantisedTypesComputeWithRealValues) {
  for (const auto& [type, dtype, zero] :
       {std::tuple{tiny::kInt8, DType::int8, -10}, std::tuple{tiny::kUint8, DType::uint8, 120},
        std::tuple{tiny::kInt16, DType::int16, 0}}) {
    tiny::TinyGraph graph = tiny::sum_and_product();
    graph.outputs = {2};
    graph.operators.pop_back();
    graph.tensors.pop_back();
    for (tiny::TinyTensor& tensor : graph.tensors) {
      tensor.type = type;
      tensor.scale = 0.5;
      tensor.zero_point = zero;
    }
    const auto session = load({graph});
    ASSERT_TRUE(session->set_input(0, numbers(DType::float32, {1, 4}, {1, 2.5, -3, 4})));
    ASSERT_TRUE(session->set_input(1, numbers(DType::float32, {1, 4}, {1, 1, 1, 1000})));  // saturates
    ASSERT_TRUE(session->invoke());
    const Tensor stored = *session->output(0), real = *session->output(0, DType::float32);
    EXPECT_EQ(stored.dtype, dtype);
    EXPECT_EQ(real.at(0), 2) << tables::name(dtype);
    EXPECT_EQ(real.at(1), 3.5) << tables::name(dtype);
    EXPECT_EQ(real.at(2), -2) << tables::name(dtype);
    EXPECT_EQ(stored.at(0), 4 + zero) << tables::name(dtype);
  }
}

TEST(TinyModel, AStatefulModelRemembersUntilItIsReset) {
  for (const char* delegate : {"xnnpack", "none"}) {
    const auto session = load({tiny::memory_of_three()}, delegate);
    EXPECT_TRUE(session->info().stateful);
    std::vector<double> sums;
    for (const double x : {1.0, 10.0, 100.0, 1000.0}) {
      ASSERT_TRUE(session->set_input(0, numbers(DType::float32, {1, 1}, {x})));
      ASSERT_TRUE(session->invoke());
      sums.push_back(session->output(0)->at(0));
    }
    EXPECT_THAT(sums, testing::ElementsAre(1, 11, 111, 1110)) << delegate;
    ASSERT_TRUE(session->reset_state());
    ASSERT_TRUE(session->set_input(0, numbers(DType::float32, {1, 1}, {5})));
    ASSERT_TRUE(session->invoke());
    EXPECT_EQ(session->output(0)->at(0), 5) << delegate;
  }
}

TEST(TinyModel, AnOperatorThatTheRuntimeLacksIsNamed) {
  tiny::TinyGraph graph = tiny::sum_and_product();
  graph.operators[0].op = tiny::kCustom;
  graph.operators[0].options_type = 0;
  graph.operators[0].custom = "VendorMagic";
  const Bytes bytes = tiny::write_model({graph});
  EXPECT_EQ(read_model_file(bytes)->operators.at("CUSTOM:VendorMagic"), 1U);
  const auto session = (*open_tflite())->load(bytes, {});
  ASSERT_FALSE(session.has_value());
  EXPECT_EQ(session.error().code, Code::bad_model);
  EXPECT_THAT(session.error().text(), testing::HasSubstr("VendorMagic"));
}

TEST(TinyModel, AnIndexOutsideIsRefusedWithItsPlace) {
  tiny::TinyGraph graph = tiny::sum_and_product();
  graph.operators[1].inputs = {0, 9};
  const auto model = read_model_file(tiny::write_model({graph}));
  ASSERT_FALSE(model.has_value());
  EXPECT_EQ(model.error().text(), "subgraph 0: operator 1 names tensor 9, but there are 4");
}

TEST(TinyModel, AScaleThatIsNoNumberIsRefused) {
  tiny::TinyGraph graph = tiny::sum_and_product();
  graph.tensors[1].scale = std::numeric_limits<float>::quiet_NaN();
  const auto model = read_model_file(tiny::write_model({graph}));
  ASSERT_FALSE(model.has_value());
  EXPECT_EQ(model.error().text(), "subgraph 0: tensor 1's quantisation has a scale that is no number");
}

TEST(TinyModel, AConstantOfTheWrongSizeIsRefused) {
  tiny::TinyGraph graph = tiny::memory_of_three();
  graph.tensors[2].data.pop_back();
  const auto model = read_model_file(tiny::write_model({graph}));
  ASSERT_FALSE(model.has_value());
  EXPECT_THAT(model.error().text(), testing::HasSubstr("tensor 2 (time) needs 12 bytes"));
}

}  // namespace
}  // namespace drover::runtime
