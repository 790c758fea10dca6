#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace drover::tables {

enum class DType : std::uint8_t { float16, float32, float64, int8, uint8, int16, int32, int64, boolean };

/// NumPy's name: "float32", "uint8", "bool".
std::string_view name(DType dtype);
std::optional<DType> dtype_named(std::string_view name);
std::size_t size_bytes(DType dtype);
bool is_float(DType dtype);

/// The product of the dimensions; too_large beyond `count_max`, invalid_argument for a negative one.
Result<std::size_t> element_count(std::span<const std::int64_t> shape,
                                  std::size_t count_max = std::size_t{1} << 40);

/// Values of one type in C order, little-endian as in memory. bytes.size() is count() · size_bytes(dtype).
struct Tensor {
  DType dtype = DType::float32;
  std::vector<std::int64_t> shape;
  Bytes bytes;

  bool operator==(const Tensor&) const = default;
  [[nodiscard]] std::size_t count() const { return bytes.size() / size_bytes(dtype); }
  /// One value as a double (an int64 beyond 2^53 loses its last bits).
  [[nodiscard]] double at(std::size_t index) const;
  /// Stores a value: rounded half away from zero and saturated for integers, NaN as 0; true unless 0 for
  /// bool.
  void set(std::size_t index, double value);
  /// Sample `index` along the first axis, whose size becomes 1.
  [[nodiscard]] Tensor sample(std::size_t index) const;
};

/// A tensor of zeros; errors as element_count.
Result<Tensor> make_tensor(DType dtype, std::vector<std::int64_t> shape,
                           std::size_t bytes_max = std::size_t{1} << 32);
/// The same values in another type, each through Tensor::at and Tensor::set.
Tensor convert(const Tensor& tensor, DType dtype);

/// The values as float32; values.size() is the product of the shape.
Tensor tensor_of(std::span<const float> values, std::vector<std::int64_t> shape);

/// "(10, 49, 10, 1)", as NumPy shows it.
std::string shape_text(std::span<const std::int64_t> shape);

/// A tensor with the name it has in an .npz, empty in an .npy.
struct NamedTensor {
  std::string name;
  Tensor tensor;
  bool operator==(const NamedTensor&) const = default;
};
using NamedTensors = std::vector<NamedTensor>;

/// IEEE 754 binary16, rounded to nearest even.
std::uint16_t half_from_float(float value);
float float_from_half(std::uint16_t half);

}  // namespace drover::tables
