#include <cstddef>
#include <cstdint>

#include "tables/csv.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace drover;
  using namespace drover::tables;
  // The pieces must not matter: whole, and byte by byte.
  std::vector<std::vector<std::string>> whole, bytewise;
  CsvReader first([&](const CsvRecord& r) { return whole.push_back(r.fields), Status(); });
  CsvReader second([&](const CsvRecord& r) { return bytewise.push_back(r.fields), Status(); });
  Status one = first.feed({data, size}), two;
  if (one) one = first.finish();
  for (std::size_t i = 0; i < size && two; ++i) two = second.feed({data + i, 1});
  if (two) two = second.finish();
  if (one.has_value() != two.has_value() || whole != bytewise) __builtin_trap();
  if (read_columns({data, size}, {"class"}).has_value() && !one) __builtin_trap();
  return 0;
}
