#include "worker/top_class.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace drover::worker {
namespace {

using tables::DType;
using tables::Tensor;

Tensor tensor(DType dtype, std::vector<std::int64_t> shape, const std::vector<double>& values) {
  Tensor made = *tables::make_tensor(dtype, std::move(shape));
  for (std::size_t i = 0; i < values.size(); ++i) made.set(i, values[i]);
  return made;
}

struct Case {
  const char* what;
  Tensor output;
  std::optional<std::size_t> expected;
};

TEST(TopClass, IsWhatTheOutputNames) {
  const std::vector<Case> cases = {
      {"the largest score", tensor(DType::float32, {1, 3}, {0.1, 0.7, 0.2}), 1},
      {"scores may lie along any one axis", tensor(DType::float32, {1, 3, 1, 1}, {-3, -2, -1}), 2},
      {"the first of equal scores", tensor(DType::int8, {1, 3}, {-5, 7, 7}), 1},
      {"infinity is a score", tensor(DType::float32, {2}, {-INFINITY, INFINITY}), 1},
      {"NaN first names none", tensor(DType::float32, {2}, {NAN, 1}), std::nullopt},
      {"NaN anywhere names none", tensor(DType::float32, {3}, {1, 0, NAN}), std::nullopt},
      {"a probability of one half is class 1", tensor(DType::float32, {1, 1}, {0.5}), 1},
      {"a smaller one is class 0", tensor(DType::float32, {1, 1}, {0.49}), 0},
      {"a single NaN names none", tensor(DType::float32, {}, {NAN}), std::nullopt},
      {"a single integer is the class", tensor(DType::int64, {1}, {7}), 7},
      {"a negative one is none", tensor(DType::int32, {1}, {-1}), std::nullopt},
  };
  for (const Case& c : cases) {
    const auto form = class_form(c.output, "y");
    ASSERT_TRUE(form) << c.what << ": " << form.error().text();
    EXPECT_EQ(top_class(c.output, *form), c.expected) << c.what;
  }
}

TEST(TopClass, ARowForEachOfSeveralThingsIsNoClassOfASample) {
  for (const Tensor& output : {tensor(DType::float32, {1, 10, 4}, {}), tensor(DType::float32, {4, 2}, {}),
                               tensor(DType::float32, {1, 0}, {})}) {
    const auto form = class_form(output, "boxes");
    ASSERT_FALSE(form);
    EXPECT_EQ(form.error().code, Code::unsupported);
    EXPECT_NE(form.error().message.find("boxes"), std::string::npos);
  }
}

}  // namespace
}  // namespace drover::worker
