#include "tables/tensor.h"

#include <bit>
#include <cmath>
#include <cstring>
#include <limits>

#include "base/assert.h"

namespace drover::tables {
namespace {

struct Known {
  DType dtype;
  std::string_view name;
  std::size_t size;
};

constexpr Known kTypes[] = {
    {DType::float16, "float16", 2}, {DType::float32, "float32", 4}, {DType::float64, "float64", 8},
    {DType::int8, "int8", 1},       {DType::uint8, "uint8", 1},     {DType::int16, "int16", 2},
    {DType::int32, "int32", 4},     {DType::int64, "int64", 8},     {DType::boolean, "bool", 1},
};

const Known& known(DType dtype) { return kTypes[static_cast<std::size_t>(dtype)]; }

template <class T>
T load(const Bytes& bytes, std::size_t index) {
  T value;
  std::memcpy(&value, bytes.data() + index * sizeof(T), sizeof(T));
  return value;
}

template <class T>
void store(Bytes& bytes, std::size_t index, T value) {
  std::memcpy(bytes.data() + index * sizeof(T), &value, sizeof(T));
}

template <class T>
T saturated(double value) {
  if (std::isnan(value)) return 0;
  constexpr auto kLow = static_cast<double>(std::numeric_limits<T>::min());
  constexpr auto kHigh = static_cast<double>(std::numeric_limits<T>::max());  // 2^63 for int64
  value = std::round(value);
  if (value <= kLow) return std::numeric_limits<T>::min();
  if (value >= kHigh) return std::numeric_limits<T>::max();
  return static_cast<T>(value);
}

}  // namespace

std::string_view name(DType dtype) { return known(dtype).name; }
std::size_t size_bytes(DType dtype) { return known(dtype).size; }

std::optional<DType> dtype_named(std::string_view name) {
  for (const Known& type : kTypes)
    if (type.name == name) return type.dtype;
  return std::nullopt;
}

bool is_float(DType dtype) {
  return dtype == DType::float16 || dtype == DType::float32 || dtype == DType::float64;
}

Result<std::size_t> element_count(std::span<const std::int64_t> shape, std::size_t count_max) {
  std::size_t count = 1;
  for (const std::int64_t size : shape) {
    if (size < 0) return fail(Code::invalid_argument, fmt::format("a dimension of {} is negative", size));
    std::size_t product = 0;
    if (__builtin_mul_overflow(count, static_cast<std::size_t>(size), &product) || product > count_max)
      return fail(Code::too_large, fmt::format("a tensor of shape [{}] has more than {} values",
                                               fmt::join(shape, ", "), count_max));
    count = product;
  }
  return count;
}

double Tensor::at(std::size_t index) const {
  DROVER_ASSERT(index < count());
  switch (dtype) {
    case DType::float16:
      return float_from_half(load<std::uint16_t>(bytes, index));
    case DType::float32:
      return load<float>(bytes, index);
    case DType::float64:
      return load<double>(bytes, index);
    case DType::int8:
      return load<std::int8_t>(bytes, index);
    case DType::int16:
      return load<std::int16_t>(bytes, index);
    case DType::int32:
      return load<std::int32_t>(bytes, index);
    case DType::int64:
      return static_cast<double>(load<std::int64_t>(bytes, index));
    case DType::uint8:
    case DType::boolean:
      return load<std::uint8_t>(bytes, index);
  }
  return 0;
}

void Tensor::set(std::size_t index, double value) {
  DROVER_ASSERT(index < count());
  switch (dtype) {
    case DType::float16:
      return store(bytes, index, half_from_float(static_cast<float>(value)));
    case DType::float32:
      return store(bytes, index, static_cast<float>(value));
    case DType::float64:
      return store(bytes, index, value);
    case DType::int8:
      return store(bytes, index, saturated<std::int8_t>(value));
    case DType::uint8:
      return store(bytes, index, saturated<std::uint8_t>(value));
    case DType::int16:
      return store(bytes, index, saturated<std::int16_t>(value));
    case DType::int32:
      return store(bytes, index, saturated<std::int32_t>(value));
    case DType::int64:
      return store(bytes, index, saturated<std::int64_t>(value));
    case DType::boolean:
      return store(bytes, index, static_cast<std::uint8_t>(value != 0));
  }
}

Tensor Tensor::sample(std::size_t index) const {
  DROVER_ASSERT(!shape.empty() && index < static_cast<std::size_t>(shape[0]));
  const std::size_t size = bytes.size() / static_cast<std::size_t>(shape[0]);
  Tensor one{dtype, shape,
             Bytes(bytes.begin() + static_cast<std::ptrdiff_t>(index * size),
                   bytes.begin() + static_cast<std::ptrdiff_t>((index + 1) * size))};
  one.shape[0] = 1;
  return one;
}

Result<Tensor> make_tensor(DType dtype, std::vector<std::int64_t> shape, std::size_t bytes_max) {
  const std::size_t count = DROVER_TRY(element_count(shape, bytes_max / size_bytes(dtype)));
  return Tensor{dtype, std::move(shape), Bytes(count * size_bytes(dtype))};
}

Tensor convert(const Tensor& tensor, DType dtype) {
  Tensor result{dtype, tensor.shape, Bytes(tensor.count() * size_bytes(dtype))};
  for (std::size_t i = 0; i < tensor.count(); ++i) result.set(i, tensor.at(i));
  return result;
}

Tensor tensor_of(std::span<const float> values, std::vector<std::int64_t> shape) {
  DROVER_ASSERT(element_count(shape).value_or(values.size() + 1) == values.size());
  Tensor tensor{DType::float32, std::move(shape), Bytes(values.size_bytes())};
  if (!values.empty()) std::memcpy(tensor.bytes.data(), values.data(), values.size_bytes());
  return tensor;
}

std::string shape_text(std::span<const std::int64_t> shape) {
  return fmt::format("({}{})", fmt::join(shape, ", "), shape.size() == 1 ? "," : "");
}

std::uint16_t half_from_float(float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  const auto sign = static_cast<std::uint16_t>((bits >> 16) & 0x8000U);
  const std::uint32_t magnitude = bits & 0x7fffffffU;
  if (magnitude > 0x7f800000U) return sign | 0x7e00U;   // NaN
  if (magnitude >= 0x47800000U) return sign | 0x7c00U;  // 65536 and above: infinity
  if (magnitude < 0x38800000U) {                        // below 2^-14: subnormal, in units of 2^-24
    const float units = std::nearbyint(std::bit_cast<float>(magnitude) * 0x1p24F);
    return static_cast<std::uint16_t>(sign | static_cast<std::uint32_t>(units));
  }
  const std::uint32_t rounded = magnitude + 0xfffU + ((magnitude >> 13) & 1U);  // to nearest even
  return static_cast<std::uint16_t>(sign | ((rounded - 0x38000000U) >> 13));
}

float float_from_half(std::uint16_t half) {
  const std::uint32_t sign = (half & 0x8000U) << 16;
  const std::uint32_t exponent = (half >> 10) & 0x1fU;
  const std::uint32_t fraction = half & 0x3ffU;
  if (exponent == 0) {
    const float value = static_cast<float>(fraction) * 0x1p-24F;
    return sign != 0 ? -value : value;
  }
  const std::uint32_t wide = exponent == 31 ? 0xffU : exponent + 112;
  return std::bit_cast<float>(sign | (wide << 23) | (fraction << 13));
}

}  // namespace drover::tables
