#include <cstddef>
#include <cstdint>

#include "tables/samples.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace drover;
  using namespace drover::tables;
  SampleLimits limits;
  limits.rows.npy_held_bytes_max = 1 << 20;
  const auto read = [&](std::size_t piece) -> Result<Samples> {
    SampleReader reader(
        [](const Header&, std::size_t i) { return i % 2 == 0 ? ReadAs::numbers : ReadAs::categories; },
        limits);
    for (std::size_t at = 0; at < size; at += piece)
      DROVER_TRY(reader.feed({data + at, std::min(piece, size - at)}));
    return reader.finish();
  };
  // The pieces must not matter, and no row may be lost.
  const auto whole = read(1 << 20), bytewise = read(1);
  if (whole.has_value() != bytewise.has_value()) __builtin_trap();
  if (!whole) return 0;
  if (whole->rows != bytewise->rows || whole->columns.size() != bytewise->columns.size()) __builtin_trap();
  for (std::size_t i = 0; i < whole->columns.size(); ++i) {
    const SampleColumn &one = whole->columns[i], &two = bytewise->columns[i];
    if (one.numbers != two.numbers || one.counts != two.counts || one.missing != two.missing)
      __builtin_trap();
    std::uint64_t sum = one.missing + one.nan + one.numbers.size();
    for (const auto& [text, count] : one.counts) sum += count;
    if (one.not_a_number.empty() && sum != whole->rows) __builtin_trap();
  }
  return 0;
}
