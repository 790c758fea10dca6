#include "sink/refused_batches.h"

#include <fmt/format.h>

#include <charconv>

namespace drover::sink {
namespace {

constexpr std::size_t kBytesMax = std::size_t{4} << 20;

/// The number in "17.lines"; 0 for any other name.
std::uint64_t number_of(std::string_view name) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
  return error == std::errc() && std::string_view(end, name.data() + name.size()) == ".lines" ? number : 0;
}

std::string commented(std::string_view why) {
  std::string line = "# ";
  for (const char c : why) line += static_cast<unsigned char>(c) < ' ' ? ' ' : c;
  return line + "\n";
}

}  // namespace

Status RefusedBatches::keep(std::string_view why, std::string_view lines) {
  DROVER_TRY(fs::make_directories(files_, directory_));
  std::vector<std::uint64_t> numbers;
  for (const std::string& name : DROVER_TRY(files_.list(directory_)))
    if (const std::uint64_t number = number_of(name); number > 0) numbers.push_back(number);
  std::ranges::sort(numbers);
  const std::uint64_t number = numbers.empty() ? 1 : numbers.back() + 1;
  for (std::size_t i = 0; i + kFilesMax <= numbers.size(); ++i)
    DROVER_TRY(files_.unlink(directory_ / fmt::format("{}.lines", numbers[i])));
  const std::string text = commented(why) + std::string(lines.substr(0, kBytesMax));
  return fs::write_atomically(files_, directory_ / fmt::format("{}.lines", number), as_bytes(text));
}

}  // namespace drover::sink
