#include "npy.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cstdint>
#include <random>

namespace drover::e2e {
namespace {

/// Version 1.0 of https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
std::string head(const char* descr, const std::vector<std::size_t>& shape) {
  std::string dict = fmt::format("{{'descr': '{}', 'fortran_order': False, 'shape': ({},), }}", descr,
                                 fmt::join(shape, ", "));
  while ((10 + dict.size() + 1) % 64 != 0) dict += ' ';
  dict += '\n';
  std::string head("\x93NUMPY\x01\x00", 8);
  head += static_cast<char>(dict.size() & 0xff);
  head += static_cast<char>(dict.size() >> 8);
  return head + dict;
}

}  // namespace

std::string float_npy(const std::vector<std::size_t>& shape, unsigned seed) {
  std::size_t count = 1;
  for (const std::size_t size : shape) count *= size;
  std::minstd_rand random(seed);
  std::vector<float> values(count);
  for (float& value : values) value = static_cast<float>(random() % 20001) / 10000.0F - 1.0F;
  return head("<f4", shape).append(reinterpret_cast<const char*>(values.data()), count * sizeof(float));
}

std::string zero_labels_npy(std::size_t rows) {
  return head("<i8", {rows}).append(rows * sizeof(std::int64_t), '\0');
}

}  // namespace drover::e2e
