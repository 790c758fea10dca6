#include "tables/npy.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "tables/npy_header.h"

namespace drover::tables {
namespace {

constexpr std::string_view kMagic = "\x93NUMPY";

/// Where the header's text is and where the elements begin.
struct Layout {
  std::string_view header;
  std::size_t data = 0;
};

Result<Layout> find_header(ByteView file, std::size_t header_max) {
  if (file.size() < kNpyHeadBytes && is_npy(file))
    return fail(Code::bad_table, "the .npy header is cut short");
  const NpyPlace place = DROVER_TRY(find_npy_header(file, header_max));
  if (file.size() < place.end) return fail(Code::bad_table, "the .npy header is cut short");
  return Layout{as_text(file.subspan(place.begin, place.end - place.begin)), place.end};
}

void swap_bytes(Tensor& tensor) {
  const std::size_t width = size_bytes(tensor.dtype);
  for (std::size_t at = 0; at + width <= tensor.bytes.size(); at += width)
    std::reverse(tensor.bytes.begin() + static_cast<std::ptrdiff_t>(at),
                 tensor.bytes.begin() + static_cast<std::ptrdiff_t>(at + width));
}

/// Fortran order to C order: walks the C indices in order and steps through the source by its strides.
Bytes reordered(const Tensor& tensor) {
  const std::size_t width = size_bytes(tensor.dtype), rank = tensor.shape.size();
  std::vector<std::size_t> strides(rank), index(rank);
  std::size_t stride = width;
  for (std::size_t d = 0; d < rank; ++d) {
    strides[d] = stride;
    stride *= static_cast<std::size_t>(tensor.shape[d]);
  }
  Bytes out(tensor.bytes.size());
  std::size_t from = 0;
  for (std::size_t to = 0; to < out.size(); to += width) {
    std::memcpy(out.data() + to, tensor.bytes.data() + from, width);
    for (std::size_t d = rank; d-- > 0;) {
      from += strides[d];
      if (++index[d] < static_cast<std::size_t>(tensor.shape[d])) break;
      from -= strides[d] * index[d];
      index[d] = 0;
    }
  }
  return out;
}

Result<std::uint64_t> bytes_of(const NpyHeader& header, const NpyLimits& limits) {
  if (header.shape.size() > limits.rank_max)
    return fail(Code::too_large, fmt::format("an array of {} dimensions, at most {} allowed",
                                             header.shape.size(), limits.rank_max));
  const std::uint64_t width = size_bytes(header.dtype);
  return DROVER_TRY(element_count(header.shape, limits.bytes_max / width)) * width;
}

}  // namespace

Result<NpyPlace> find_npy_header(ByteView head, std::size_t header_max) {
  if (!is_npy(head)) return fail(Code::bad_table, "not an .npy file (it does not begin with \\x93NUMPY)");
  const int major = head[6], minor = head[7];
  if (major < 1 || major > 3 || minor != 0)
    return fail(Code::bad_table, fmt::format(".npy format {}.{} is not known; 1.0 to 3.0 are", major, minor));
  const std::size_t length_bytes = major == 1 ? 2 : 4;
  std::size_t length = 0;
  for (std::size_t i = 0; i < length_bytes; ++i) length |= std::size_t{head[8 + i]} << (8 * i);
  if (length > header_max)
    return fail(Code::too_large,
                fmt::format(".npy header of {} bytes, at most {} allowed", length, header_max));
  return NpyPlace{8 + length_bytes, 8 + length_bytes + length};
}

bool is_npy(ByteView file) { return as_text(file).starts_with(kMagic); }

Result<Tensor> read_npy(ByteView file, const NpyLimits& limits) {
  const Layout layout = DROVER_TRY(find_header(file, limits.header_max));
  NpyHeader header = DROVER_TRY(parse_npy_header(layout.header));
  const std::uint64_t size = DROVER_TRY(bytes_of(header, limits));
  const ByteView data = file.subspan(layout.data);
  if (data.size() != size)
    return fail(Code::bad_table,
                fmt::format("{} of {} needs {} bytes, the file has {}", shape_text(header.shape),
                            name(header.dtype), size, data.size()));
  Tensor tensor{header.dtype, std::move(header.shape), Bytes(data.begin(), data.end())};
  if (header.big_endian) swap_bytes(tensor);
  if (header.fortran_order && tensor.shape.size() > 1) tensor.bytes = reordered(tensor);
  return tensor;
}

Bytes write_npy(const Tensor& tensor) {
  std::string header = fmt::format("{{'descr': '{}', 'fortran_order': False, 'shape': {}, }}",
                                   npy_descr(tensor.dtype), shape_text(tensor.shape));
  const std::size_t unpadded = kMagic.size() + 4 + header.size() + 1;
  header.append((64 - unpadded % 64) % 64, ' ');
  header.push_back('\n');
  Bytes file(kMagic.begin(), kMagic.end());
  file.insert(file.end(), {1, 0, static_cast<std::uint8_t>(header.size() & 0xFF),
                           static_cast<std::uint8_t>(header.size() >> 8)});
  file.insert(file.end(), header.begin(), header.end());
  file.insert(file.end(), tensor.bytes.begin(), tensor.bytes.end());
  return file;
}

}  // namespace drover::tables
