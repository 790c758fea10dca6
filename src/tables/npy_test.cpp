#include "tables/npy.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>
#include <limits>

namespace drover::tables {
namespace {

/// A file as numpy.save writes it: the header padded with blanks to a multiple of 64.
Bytes npy(std::string header, std::string_view data, int major = 1) {
  const std::size_t prefix = major == 1 ? 10 : 12;
  header.append((64 - (prefix + header.size() + 1) % 64) % 64, ' ');
  header.push_back('\n');
  std::string file = "\x93NUMPY";
  file += {static_cast<char>(major), '\0'};
  for (std::size_t i = 0; i < (major == 1 ? 2u : 4u); ++i)
    file.push_back(static_cast<char>(header.size() >> (8 * i)));
  file += header;
  file += data;
  return {file.begin(), file.end()};
}

std::string header(std::string_view descr, std::string_view shape, bool fortran = false) {
  return fmt::format("{{'descr': '{}', 'fortran_order': {}, 'shape': {}, }}", descr,
                     fortran ? "True" : "False", shape);
}

std::vector<double> values(const Tensor& tensor) {
  std::vector<double> all;
  for (std::size_t i = 0; i < tensor.count(); ++i) all.push_back(tensor.at(i));
  return all;
}

TEST(Npy, ReadsWhatNumpyWritesInEveryVersion) {
  for (const int major : {1, 2, 3}) {
    const auto tensor =
        read_npy(npy(header("<i2", "(2, 1)"), std::string_view("\x01\x00\xff\xff", 4), major));
    ASSERT_TRUE(tensor) << tensor.error().text();
    EXPECT_EQ(tensor->dtype, DType::int16);
    EXPECT_EQ(tensor->shape, (std::vector<std::int64_t>{2, 1}));
    EXPECT_EQ(values(*tensor), (std::vector<double>{1, -1}));
  }
}

TEST(Npy, WritesTheBytesThatNumpyWrites) {
  const Tensor tensor = tensor_of(std::vector<float>{1.5F, -2}, {2});
  EXPECT_EQ(write_npy(tensor), npy(header("<f4", "(2,)"), std::string_view("\0\0\xc0\x3f\0\0\0\xc0", 8)));
  EXPECT_EQ(write_npy(tensor).size() % 64, 8u);
}

TEST(Npy, ConvertsBigEndian) {
  const auto tensor = read_npy(npy(header(">i2", "(2,)"), std::string_view("\x01\x02\x03\x04", 4)));
  ASSERT_TRUE(tensor);
  EXPECT_EQ(values(*tensor), (std::vector<double>{0x0102, 0x0304}));
}

TEST(Npy, ConvertsFortranOrder) {
  // np.asfortranarray([[0, 1, 2], [3, 4, 5]])
  const auto tensor = read_npy(npy(header("|u1", "(2, 3)", true), std::string_view("\0\3\1\4\2\5", 6)));
  ASSERT_TRUE(tensor);
  EXPECT_EQ(values(*tensor), (std::vector<double>{0, 1, 2, 3, 4, 5}));
}

TEST(Npy, ReadsScalarsAndEmptyArrays) {
  EXPECT_EQ(read_npy(npy(header("|b1", "()"), "\1"))->count(), 1u);
  EXPECT_EQ(read_npy(npy(header("<f4", "(0, 3)"), ""))->count(), 0u);
}

TEST(Npy, RefusesInWords) {
  const struct {
    Bytes file;
    Code code;
    std::string_view words;
  } rows[] = {
      {{}, Code::bad_table, "not an .npy"},
      {npy(header("<f4", "(2,)"), "1234567"), Code::bad_table, "needs 8 bytes, the file has 7"},
      {npy(header("<f4", "(2,)"), "123456789"), Code::bad_table, "needs 8 bytes, the file has 9"},
      {npy(header("|O", "(2,)"), "12345678"), Code::bad_table, "\"|O\" are not read"},
      {npy(header("<U4", "(2,)"), "12345678"), Code::bad_table, "not read"},
      {npy(header("<f4", "(-1,)"), "1234"), Code::invalid_argument, "negative"},
      {npy(header("<f4", "(4294967296, 4294967296, 4294967296)"), ""), Code::too_large, "more than"},
      {npy(header("<f4", "(1000000000,)"), ""), Code::too_large, "more than"},
      {npy(header("<f4", "(1, 1, 1, 1, 1, 1, 1, 1, 1)"), "1234"), Code::too_large, "9 dimensions"},
      {npy(header("<f4", "(1,)") + "x", "1234"), Code::bad_table, "more text"},
      {npy("{'descr': '<f4', 'shape': (1,)}", "1234"), Code::bad_table, "\"fortran_order\" is missing"},
      {npy("{'descr': '<f4', 'descr': '<f4'}", "1234"), Code::bad_table, "stands twice"},
      {npy("{'descr': ['<f4']}", "1234"), Code::bad_table, "column 11"},
      {npy(header("<f4", "(1,)"), "1234", 4), Code::bad_table, "format 4.0"},
  };
  for (const auto& row : rows) {
    const auto result = read_npy(row.file);
    ASSERT_FALSE(result) << row.words;
    EXPECT_EQ(result.error().code, row.code) << result.error().text();
    EXPECT_NE(result.error().text().find(row.words), std::string::npos) << result.error().text();
  }
}

TEST(Npy, RefusesEveryTruncation) {
  const Bytes whole = write_npy(tensor_of(std::vector<float>{1, 2, 3}, {3}));
  for (std::size_t size = 0; size < whole.size(); ++size)
    EXPECT_FALSE(read_npy(ByteView(whole).first(size))) << size;
}

RC_GTEST_PROP(NpyProperty, EveryTensorComesBack, ()) {
  const auto dtype = static_cast<DType>(*rc::gen::inRange(0, 9));
  const std::vector<std::int64_t> shape = *rc::gen::resize(
      4, rc::gen::container<std::vector<std::int64_t>>(rc::gen::inRange<std::int64_t>(0, 5)));
  Tensor tensor = *make_tensor(dtype, shape);
  for (auto& byte : tensor.bytes) byte = *rc::gen::arbitrary<std::uint8_t>();
  const auto read = read_npy(write_npy(tensor));
  RC_ASSERT(read.has_value());
  RC_ASSERT(*read == tensor);
}

}  // namespace
}  // namespace drover::tables
