#include "runtime/engine.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <iterator>

#include "runtime/tflite_engine.h"

namespace drover::runtime {
namespace {

using Shape = std::vector<std::int64_t>;

Bytes model_named(const std::string& name) {
  std::ifstream file(DROVER_SOURCE_DIR "/tests/data/models/" + name, std::ios::binary);
  EXPECT_TRUE(file.good()) << name;
  return Bytes(std::istreambuf_iterator<char>(file), {});
}

Engine& engine() {
  static const auto opened = open_tflite();
  if (!opened) throw std::runtime_error(opened.error().text());
  return **opened;
}

std::unique_ptr<Session> load(const std::string& name, const std::string& delegate = "xnnpack") {
  auto session = engine().load(model_named(name), {.delegate = delegate});
  EXPECT_TRUE(session.has_value()) << session.error().text();
  return std::move(*session);
}

/// Some signal, the same each time.
Tensor signal(Shape shape) {
  Tensor tensor = *tables::make_tensor(DType::float32, std::move(shape));
  for (std::size_t i = 0; i < tensor.count(); ++i) tensor.set(i, 20 * std::sin(0.1 * static_cast<double>(i)));
  return tensor;
}

TEST(Engine, ARealModelRunsOnTheDelegate) {
  const auto session = load("kws_float32.tflite");
  EXPECT_EQ(session->info().engine.delegate, "xnnpack");
  EXPECT_GT(session->info().engine.nodes, 5U);
  EXPECT_EQ(session->info().engine.nodes_delegated, session->info().engine.nodes);
  EXPECT_EQ(session->info().engine.version, engine().version());
  ASSERT_EQ(session->inputs().size(), 1U);
  ASSERT_TRUE(session->set_input(0, signal({1, 49, 10, 1})));
  ASSERT_TRUE(session->invoke());
  const Tensor output = *session->output(0);
  EXPECT_EQ(output.shape, (Shape{1, 12}));
  double sum = 0;
  for (std::size_t i = 0; i < output.count(); ++i) sum += output.at(i);
  EXPECT_NEAR(sum, 1, 1e-5);
}

TEST(Engine, WithoutTheDelegateItSaysSoAndComputesNearlyTheSame) {
  const auto fast = load("kws_float32.tflite"), plain = load("kws_float32.tflite", "none");
  EXPECT_EQ(plain->info().engine.delegate, "none");
  EXPECT_EQ(plain->info().engine.nodes, fast->info().engine.nodes);
  EXPECT_EQ(plain->info().engine.nodes_delegated, 0U);
  for (Session* session : {fast.get(), plain.get()}) {
    ASSERT_TRUE(session->set_input(0, signal({1, 49, 10, 1})));
    ASSERT_TRUE(session->invoke());
  }
  // The model's weights are int8 and its activations float ("dynamic range"), which the two round
  // differently.
  for (std::size_t i = 0; i < 12; ++i) EXPECT_NEAR(fast->output(0)->at(i), plain->output(0)->at(i), 0.05);
}

TEST(Engine, AQuantisedModelTakesAndGivesRealValues) {
  const auto session = load("kws_int8.tflite");
  ASSERT_EQ(session->inputs()[0].dtype, DType::int8);
  const Quantisation quantisation = *session->inputs()[0].quantisation;
  const Tensor real = signal({1, 49, 10, 1});
  ASSERT_TRUE(session->set_input(0, real));
  const Tensor stored = quantise(real, DType::int8, quantisation);
  EXPECT_TRUE(std::ranges::equal(session->input_bytes(0), stored.bytes));
  ASSERT_TRUE(session->invoke());
  const Tensor raw = *session->output(0), values = *session->output(0, DType::float32);
  EXPECT_EQ(raw.dtype, DType::int8);
  for (std::size_t i = 0; i < 12; ++i)
    EXPECT_FLOAT_EQ(static_cast<float>(values.at(i)),
                    static_cast<float>((raw.at(i) + 128) / 256));  // softmax's fixed quantisation
}

TEST(Engine, ABatchResizesTheModel) {
  const auto session = load("kws_float32.tflite");
  const Tensor batch = signal({3, 49, 10, 1});
  ASSERT_TRUE(session->set_input(0, batch));
  EXPECT_EQ(session->info().engine.delegate, "xnnpack");
  ASSERT_TRUE(session->invoke());
  const Tensor all = *session->output(0);
  EXPECT_EQ(all.shape, (Shape{3, 12}));
  for (std::size_t i = 0; i < 3; ++i) {
    ASSERT_TRUE(session->set_input(0, batch.sample(i)));
    ASSERT_TRUE(session->invoke());
    const Tensor one = *session->output(0);
    for (std::size_t c = 0; c < 12; ++c) EXPECT_NEAR(one.at(c), all.at(12 * i + c), 1e-5);
  }
}

TEST(Engine, AWrongShapeOrTypeIsNamed) {
  const auto session = load("kws_float32.tflite");
  const Status shape = session->set_input(0, signal({1, 10, 49, 1}));
  ASSERT_FALSE(shape.has_value());
  EXPECT_THAT(shape.error().text(), testing::HasSubstr("[1, 10, 49, 1]"));
  const Status type = session->set_input(0, *tables::make_tensor(DType::int8, {1, 49, 10, 1}));
  EXPECT_EQ(type.error().code, Code::invalid_argument);
}

TEST(Engine, AMissingLibrarySaysWhatToSet) {
  const auto missing = open_tflite("/nonexistent/libtensorflowlite_c.so");
  ASSERT_FALSE(missing.has_value());
  EXPECT_EQ(missing.error().code, Code::runtime_missing);
  EXPECT_THAT(missing.error().text(), testing::HasSubstr("DROVER_TFLITE_LIBRARY"));
}

}  // namespace
}  // namespace drover::runtime
