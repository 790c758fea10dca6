#include "drift/two_sample/radix_sort.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

namespace drover::drift {
namespace {

constexpr unsigned kDigitBits = 11;
constexpr std::size_t kDigits = std::size_t{1} << kDigitBits;
constexpr std::size_t kShort = 4096;
constexpr unsigned kPasses = 3;
constexpr unsigned kRadixBits = kPasses * kDigitBits;
constexpr std::size_t kValuesAThreadMin = std::size_t{1} << 19;
constexpr std::size_t kThreadsMax = 16;

/// The bits of a number so that their order is the order of the numbers: negative ones upside down, the
/// others above them.
template <typename Number>
auto key_of(Number value) {
  using Bits = std::conditional_t<sizeof(Number) == 4, std::uint32_t, std::uint64_t>;
  const auto bits = std::bit_cast<Bits>(value);
  constexpr Bits kSign = Bits{1} << (sizeof(Bits) * 8 - 1);
  return (bits & kSign) != 0 ? static_cast<Bits>(~bits) : static_cast<Bits>(bits | kSign);
}

std::size_t threads_for(std::size_t count) {
  const std::size_t cores = std::max(1u, std::thread::hardware_concurrency());
  return std::clamp(count / kValuesAThreadMin, std::size_t{1}, std::min(cores, kThreadsMax));
}

/// Runs `work(0)` … `work(count − 1)` at once.
template <typename Work>
void together(std::size_t count, const Work& work) {
  std::vector<std::jthread> others;
  for (std::size_t i = 1; i < count; ++i) others.emplace_back([&work, i] { work(i); });
  work(0);
}

template <typename Number>
class Sorter {
 public:
  Sorter(std::span<Number> values, std::size_t threads) : values_(values), places_(threads) {}

  void sort() {
    std::vector<Number> copy(values_.size());
    std::span<Number> from = values_, to = copy;
    for (unsigned pass = 0; pass < kPasses; ++pass) {
      const unsigned shift = kLowBits + pass * kDigitBits;
      count(from, shift);
      if (!spread()) continue;
      scatter(from, to, shift);
      std::swap(from, to);
    }
    if (from.data() != values_.data()) std::ranges::copy(from, values_.begin());
    if (kLowBits > 0) sort_equal_heads();
  }

 private:
  /// Bits below those that the passes look at: 31 of a double, none of a float.
  static constexpr unsigned kLowBits = std::max(kRadixBits, unsigned{sizeof(Number) * 8}) - kRadixBits;

  static auto head_of(Number value) { return key_of(value) >> kLowBits; }

  /// Puts in order what agrees in all that the passes looked at: mostly runs of a few values.
  void sort_equal_heads() {
    std::vector<std::size_t> starts;
    for (std::size_t i = 0; i <= places_.size(); ++i)
      starts.push_back(run_start(values_.size() * i / places_.size()));
    together(places_.size(), [&](std::size_t i) {
      for (std::size_t at = starts[i]; at < starts[i + 1];) at = sort_run(at, starts[i + 1]);
    });
  }
  /// The first place from `at` on where a run begins.
  [[nodiscard]] std::size_t run_start(std::size_t at) const {
    while (at > 0 && at < values_.size() && head_of(values_[at]) == head_of(values_[at - 1])) ++at;
    return at;
  }
  /// Sorts the run that begins at `at`, before `last`, where another one begins; the place after it.
  std::size_t sort_run(std::size_t at, std::size_t last) {
    std::size_t end = at + 1;
    bool sorted = true;
    for (; end < last && head_of(values_[end]) == head_of(values_[at]); ++end)
      sorted = sorted && key_of(values_[end - 1]) <= key_of(values_[end]);
    if (!sorted) std::ranges::sort(values_.subspan(at, end - at), {}, key_of<Number>);
    return end;
  }

  [[nodiscard]] std::span<Number> part(std::span<Number> of, std::size_t i) const {
    const std::size_t begin = of.size() * i / places_.size(), end = of.size() * (i + 1) / places_.size();
    return of.subspan(begin, end - begin);
  }
  static std::size_t digit(Number value, unsigned shift) {
    return static_cast<std::size_t>(key_of(value) >> shift) & (kDigits - 1);
  }
  void count(std::span<Number> from, unsigned shift) {
    together(places_.size(), [&](std::size_t i) {
      places_[i].fill(0);
      for (const Number value : part(from, i)) ++places_[i][digit(value, shift)];
    });
  }
  /// Counts to places, digit by digit and within one thread by thread, which keeps the order of equals;
  /// false when all values have the same digit.
  bool spread() {
    std::size_t at = 0;
    for (std::size_t d = 0; d < kDigits; ++d) {
      const std::size_t before = at;
      for (auto& places : places_) at += std::exchange(places[d], at);
      if (at - before == values_.size()) return false;
    }
    return true;
  }
  void scatter(std::span<Number> from, std::span<Number> to, unsigned shift) {
    together(places_.size(), [&](std::size_t i) {
      for (const Number value : part(from, i)) to[places_[i][digit(value, shift)]++] = value;
    });
  }

  std::span<Number> values_;
  std::vector<std::array<std::size_t, kDigits>> places_;  // a thread each
};

template <typename Number>
void sort_numbers(std::span<Number> values) {
  if (values.size() < kShort)
    std::ranges::sort(values, {}, key_of<Number>);
  else
    Sorter<Number>(values, threads_for(values.size())).sort();
}

}  // namespace

void radix_sort(std::span<float> values) { sort_numbers(values); }
void radix_sort(std::span<double> values) { sort_numbers(values); }

}  // namespace drover::drift
