#include "runtime/model_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

namespace drover::runtime {
namespace {

Bytes model_named(const std::string& name) {
  std::ifstream file(DROVER_SOURCE_DIR "/tests/data/models/" + name, std::ios::binary);
  EXPECT_TRUE(file.good()) << name;
  return Bytes(std::istreambuf_iterator<char>(file), {});
}

TEST(ModelFile, ARealModelIsListedWithoutTheRuntime) {
  const auto model = read_model_file(model_named("kws_int8.tflite"));
  ASSERT_TRUE(model.has_value()) << model.error().text();
  EXPECT_EQ(model->operators.at("CONV_2D"), 5U);
  EXPECT_EQ(model->operators.at("DEPTHWISE_CONV_2D"), 4U);
  EXPECT_EQ(model->operators.at("SOFTMAX"), 1U);
  EXPECT_EQ(model->operator_count, 13U);
  EXPECT_FALSE(model->stateful);
  const FileTensor& input = model->tensors.at(model->inputs.at(0));
  EXPECT_EQ(input.name, "input_1");
  EXPECT_EQ(input.dtype, tables::DType::int8);
  EXPECT_EQ(input.quantisation->zero_points, (std::vector<std::int64_t>{83}));
}

TEST(ModelFile, WeightsQuantisedSliceBySliceHaveAScaleASlice) {
  const auto model = *read_model_file(model_named("kws_int8.tflite"));
  const bool found = std::ranges::any_of(model.tensors, [](const FileTensor& tensor) {
    return tensor.quantisation && tensor.quantisation->scales.size() == 64 &&
           tensor.shape.at(static_cast<std::size_t>(tensor.quantisation->axis)) == 64;
  });
  EXPECT_TRUE(found);
}

TEST(ModelFile, EveryTruncationIsRefusedInWords) {
  for (const char* name : {"kws_int8.tflite", "kws_float32.tflite"}) {
    const Bytes good = model_named(name);
    // The last bytes may be padding or text that is not read: from 64 before the end on, all must be there.
    for (std::size_t size = 0; size + 64 < good.size(); size += size < 200 ? 1 : 157) {
      const auto model = read_model_file(ByteView(good).first(size));
      ASSERT_FALSE(model.has_value()) << name << " cut at " << size;
      EXPECT_EQ(model.error().code, Code::bad_model);
      EXPECT_FALSE(model.error().message.empty());
    }
  }
}

TEST(ModelFile, AChangedByteNeverLeadsOutside) {
  const Bytes good = model_named("kws_int8.tflite");
  std::size_t refused = 0, tried = 0;
  // Heap copies of exact size, so that the address sanitizer sees a step outside.
  for (std::size_t at = 0; at < good.size(); at += at < 2000 || at > good.size() - 6000 ? 3 : 499) {
    for (const std::uint8_t value : {0x00, 0x7f, 0xff}) {
      Bytes bad = good;
      bad[at] = value;
      ++tried;
      refused += read_model_file(bad).has_value() ? 0 : 1;
    }
  }
  EXPECT_GT(tried, 1000U);
  EXPECT_GT(refused, 100U);
}

TEST(ModelFile, SharedPartsDoNotMultiplyTheWork) {
  // 300 000 subgraphs that are all the same one with its hundred tensors: 30 million in a file of 1.2 MB.
  Bytes bytes = {0, 0, 0, 0, 'T', 'F', 'L', '3'};
  const auto put32 = [&](std::size_t at, std::uint32_t value) { std::memcpy(bytes.data() + at, &value, 4); };
  const auto table =
      [&](std::initializer_list<unsigned> fields) {  // vtable of 10 entries, then 4-byte fields
        const std::size_t vtable = bytes.size();
        bytes.resize(vtable + 24);
        const std::uint16_t sizes[2] = {24, static_cast<std::uint16_t>(4 + 4 * fields.size())};
        std::memcpy(bytes.data() + vtable, sizes, 4);
        std::uint16_t offset = 4;
        for (const unsigned field : fields) {
          std::memcpy(bytes.data() + vtable + 4 + 2 * field, &offset, 2);
          offset += 4;
        }
        const std::size_t at = bytes.size();
        bytes.resize(at + offset);
        put32(at, static_cast<std::uint32_t>(at - vtable));
        return at;
      };
  const auto vector_of = [&](std::size_t field_at, std::size_t count,
                             const std::function<std::size_t()>& element) {
    const std::size_t at = bytes.size();
    put32(field_at, static_cast<std::uint32_t>(at - field_at));
    bytes.resize(at + 4 + 4 * count);
    put32(at, static_cast<std::uint32_t>(count));
    const std::size_t target = element();
    for (std::size_t i = 0; i < count; ++i)
      put32(at + 4 + 4 * i, static_cast<std::uint32_t>(target - (at + 4 + 4 * i)));
  };
  const std::size_t root = table({0, 2, 4});
  put32(0, static_cast<std::uint32_t>(root));
  put32(root + 4, 3);
  vector_of(root + 12, 1, [&] { return table({}); });
  vector_of(root + 8, 300'000, [&] {
    const std::size_t subgraph = table({0});
    vector_of(subgraph + 4, 100, [&] { return table({}); });
    return subgraph;
  });
  const auto model = read_model_file(bytes);
  ASSERT_FALSE(model.has_value());
  EXPECT_EQ(model.error().code, Code::too_many) << model.error().text();
}

}  // namespace
}  // namespace drover::runtime
