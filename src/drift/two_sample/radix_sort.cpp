#include "drift/two_sample/radix_sort.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <memory>
#include <numeric>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/assert.h"
#include "drift/two_sample/together.h"

namespace drover::drift {
namespace {

constexpr unsigned kDigitBits = 11;
constexpr std::size_t kDigits = std::size_t{1} << kDigitBits;
constexpr unsigned kPassesMax = 3;
constexpr std::size_t kBuckets = 512;
constexpr std::size_t kShort = 256;         // less is sorted by std::sort
constexpr std::size_t kOneBucket = 16'384;  // less is sorted without buckets
constexpr std::size_t kCrowd = 65'536;      // a bucket of this many values is looked at in more bits

/// The bits of a number so that their order is the order of the numbers: negative ones upside down, the
/// others above them.
template <typename Number>
auto key_of(Number value) {
  using Bits = std::conditional_t<sizeof(Number) == 4, std::uint32_t, std::uint64_t>;
  const auto bits = std::bit_cast<Bits>(value);
  constexpr Bits kSign = Bits{1} << (sizeof(Bits) * 8 - 1);
  return (bits & kSign) != 0 ? static_cast<Bits>(~bits) : static_cast<Bits>(bits | kSign);
}

/// What the passes look at: the highest bits of a key's distance from the least key.
template <typename Number>
class Heads {
 public:
  explicit Heads(std::span<const Number> values) : passes_(values.size() < kCrowd ? 2 : 3) {
    auto most = least_ = key_of(values.front());
    for (const Number value : values) {
      least_ = std::min(least_, key_of(value));
      most = std::max(most, key_of(value));
    }
    const auto bits = static_cast<unsigned>(std::bit_width(most - least_));
    shift_ = std::max(bits, passes_ * kDigitBits) - passes_ * kDigitBits;
  }
  [[nodiscard]] auto of(Number value) const { return (key_of(value) - least_) >> shift_; }
  [[nodiscard]] std::size_t digit(Number value, unsigned pass) const {
    return static_cast<std::size_t>(of(value) >> (pass * kDigitBits)) & (kDigits - 1);
  }
  [[nodiscard]] unsigned passes() const { return passes_; }
  [[nodiscard]] bool whole() const { return shift_ == 0; }

 private:
  decltype(key_of(Number{})) least_;
  unsigned passes_, shift_ = 0;
};

/// Puts in order what agrees in all that the passes looked at: mostly runs of a few values.
template <typename Number>
void sort_equal_heads(std::span<Number> values, const Heads<Number>& heads) {
  for (std::size_t at = 0, end = 0; at < values.size(); at = end) {
    bool sorted = true;
    for (end = at + 1; end < values.size() && heads.of(values[end]) == heads.of(values[at]); ++end)
      sorted = sorted && key_of(values[end - 1]) <= key_of(values[end]);
    if (!sorted) std::ranges::sort(values.subspan(at, end - at), {}, key_of<Number>);
  }
}

/// Sorts `values`, which end in `into`, least significant digit first.
template <typename Number>
void sort_by_digits(std::span<Number> values, std::span<Number> into) {
  DROVER_ASSERT(values.size() <= std::numeric_limits<std::uint32_t>::max());
  const Heads<Number> heads(values);
  std::array<std::array<std::uint32_t, kDigits>, kPassesMax> places{};
  for (const Number value : values)
    for (unsigned pass = 0; pass < heads.passes(); ++pass) ++places[pass][heads.digit(value, pass)];
  std::span<Number> from = values, to = into;
  for (unsigned pass = 0; pass < heads.passes(); ++pass) {
    auto& place = places[pass];
    if (place[heads.digit(from.front(), pass)] == from.size()) continue;  // all have the same digit
    std::exclusive_scan(place.begin(), place.end(), place.begin(), std::uint32_t{0});
    for (const Number value : from) to[place[heads.digit(value, pass)]++] = value;
    std::swap(from, to);
  }
  if (from.data() != into.data()) std::ranges::copy(from, into.begin());
  if (!heads.whole()) sort_equal_heads(into, heads);
}

template <typename Number>
void sort_bucket(std::span<Number> values, std::span<Number> into) {
  if (values.size() >= kShort) return sort_by_digits(values, into);
  std::ranges::copy(values, into.begin());
  std::ranges::sort(into, {}, key_of<Number>);
}

/// A bucket for each value, in the order of the values: as many steps of equal width as there are buckets
/// between the hundredths at both ends of a sample of the values.
template <typename Number>
class Steps {
 public:
  explicit Steps(std::span<const Number> values) {
    constexpr std::size_t kSample = 1024, kEnd = kSample / 100;
    std::array<Number, kSample> sample;
    for (std::size_t i = 0; i < kSample; ++i) sample[i] = values[i * (values.size() / kSample)];
    std::ranges::sort(sample, {}, key_of<Number>);
    const Number low = sample[kEnd], scale = kBuckets / (sample[kSample - 1 - kEnd] - low);
    if (std::isfinite(low) && std::isfinite(scale)) low_ = low, scale_ = scale;
  }
  [[nodiscard]] std::size_t of(Number value) const {
    const Number step = (value - low_) * scale_;
    if (step < kBuckets - 1) return step > 0 ? static_cast<std::size_t>(step) : 0;
    return std::isnan(step) && std::signbit(value) ? 0 : kBuckets - 1;
  }

 private:
  Number low_ = 0, scale_ = 0;  // 0: one bucket for all that is finite
};

/// Values to buckets, several threads at once, then the buckets, each in the cache of the thread that takes
/// it.
template <typename Number>
class Sorter {
 public:
  Sorter(std::span<Number> values, std::size_t threads) : values_(values), steps_(values), places_(threads) {}

  void sort() {
    const auto copy = std::make_unique_for_overwrite<Number[]>(values_.size());
    together(places_.size(), [&](std::size_t i) {
      for (const Number value : part(i)) ++places_[i][steps_.of(value)];
    });
    const auto starts = spread();
    together(places_.size(), [&](std::size_t i) {
      for (const Number value : part(i)) copy[places_[i][steps_.of(value)]++] = value;
    });
    std::atomic<std::size_t> next = 0;
    together(places_.size(), [&](std::size_t) {
      for (std::size_t b = next++; b < kBuckets; b = next++) {
        const std::size_t size = starts[b + 1] - starts[b];
        sort_bucket(std::span(&copy[starts[b]], size), values_.subspan(starts[b], size));
      }
    });
  }

 private:
  [[nodiscard]] std::span<Number> part(std::size_t i) const {
    const std::size_t begin = values_.size() * i / places_.size(),
                      end = values_.size() * (i + 1) / places_.size();
    return values_.subspan(begin, end - begin);
  }
  /// Counts to places, bucket by bucket and within one thread by thread; where each bucket starts.
  std::array<std::size_t, kBuckets + 1> spread() {
    std::array<std::size_t, kBuckets + 1> starts;
    std::size_t at = 0;
    for (std::size_t b = 0; b < kBuckets; ++b) {
      starts[b] = at;
      for (auto& places : places_) at += std::exchange(places[b], at);
    }
    starts[kBuckets] = at;
    return starts;
  }

  std::span<Number> values_;
  Steps<Number> steps_;
  std::vector<std::array<std::size_t, kBuckets>> places_;  // a thread each
};

template <typename Number>
void sort_numbers(std::span<Number> values) {
  if (values.size() < kShort) {
    std::ranges::sort(values, {}, key_of<Number>);
  } else if (values.size() < kOneBucket) {
    std::vector<Number> copy(values.begin(), values.end());
    sort_bucket(std::span(copy), values);
  } else {
    Sorter<Number>(values, threads_for(values.size())).sort();
  }
}

}  // namespace

void radix_sort(std::span<float> values) { sort_numbers(values); }
void radix_sort(std::span<double> values) { sort_numbers(values); }

}  // namespace drover::drift
