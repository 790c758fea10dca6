#include "drift/two_sample/sample.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "drift/two_sample/compensated_sum.h"
#include "drift/two_sample/radix_sort.h"

namespace drover::drift {

Result<Sample> Sample::make(std::vector<double> values, NanRule rule) {
  Sample sample;
  const auto is_nan = [](double x) { return std::isnan(x); };
  const auto first = std::ranges::find_if(values, is_nan);
  if (first != values.end()) {
    if (rule == NanRule::refuse)
      return fail(Code::invalid_argument, fmt::format("value {} is NaN; drop it, or find out why it is there",
                                                      first - values.begin() + 1));
    sample.dropped_ = std::erase_if(values, is_nan);
  }
  if (values.empty()) return fail(Code::invalid_argument, "an empty sample");
  if (values.size() > kSampleValuesMax)
    return fail(Code::too_many,
                fmt::format("a sample of {} values, at most {} allowed", values.size(), kSampleValuesMax));
  radix_sort(values);
  sample.sorted_ = std::move(values);
  return sample;
}

Moments moments(const Sample& sample) {
  const auto sorted = sample.sorted();
  const auto begin = std::ranges::find_if(sorted, [](double x) { return std::isfinite(x); });
  const auto end = std::find_if(begin, sorted.end(), [](double x) { return !std::isfinite(x); });
  Moments result{.n = static_cast<std::uint64_t>(end - begin)};
  if (result.n == 0) return result;
  const auto n = static_cast<double>(result.n);
  CompensatedSum sum, squares;
  std::for_each(begin, end, [&](double x) { sum.add(x / n); });
  result.mean = sum.value();
  std::for_each(begin, end, [&](double x) { squares.add((x - result.mean) * (x - result.mean)); });
  if (result.n > 1) result.deviation = std::sqrt(squares.value() / (n - 1));
  return result;
}

}  // namespace drover::drift
