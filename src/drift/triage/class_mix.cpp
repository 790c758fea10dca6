#include "drift/triage/class_mix.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "drift/triage/dense.h"

namespace drover::drift {
namespace {

constexpr std::size_t kClassesTracked = 64;

/// C_ij = P(predicted i | truly j): each column made to sum to 1.
Result<Matrix> conditional(std::span<const std::uint64_t> confusion, std::size_t classes) {
  Matrix c(classes);
  for (std::size_t j = 0; j < classes; ++j) {
    double examples = 0;
    for (std::size_t i = 0; i < classes; ++i) examples += static_cast<double>(confusion[i * classes + j]);
    if (examples == 0)
      return fail(Code::invalid_argument, fmt::format("confusion: no examples of class {}", j));
    for (std::size_t i = 0; i < classes; ++i)
      c.at(i, j) = static_cast<double>(confusion[i * classes + j]) / examples;
  }
  return c;
}

Status check_sizes(std::span<const std::uint64_t> confusion, std::span<const std::uint64_t> predicted) {
  const std::size_t classes = predicted.size();
  if (classes < 2 || classes > kClassesTracked || confusion.size() != classes * classes)
    return fail(Code::invalid_argument,
                fmt::format("class mix: {} counts for {} classes; 2 to {} classes and their square expected",
                            confusion.size(), classes, kClassesTracked));
  return {};
}

}  // namespace

Result<ClassMix> estimate_class_mix(std::span<const std::uint64_t> confusion,
                                    std::span<const std::uint64_t> predicted, double condition_max) {
  DROVER_TRY(check_sizes(confusion, predicted));
  const Matrix c = DROVER_TRY(conditional(confusion, predicted.size()));
  double total = 0;
  for (const std::uint64_t count : predicted) total += static_cast<double>(count);
  if (total == 0) return fail(Code::invalid_argument, "class mix: nothing was predicted");
  std::vector<double> mu;
  for (const std::uint64_t count : predicted) mu.push_back(static_cast<double>(count) / total);
  const auto inverse = inverted(c);
  ClassMix mix{.share = {}, .condition = inverse ? norm_1(c) * norm_1(*inverse) : INFINITY};
  if (!(mix.condition <= condition_max))
    return fail(
        Code::invalid_argument,
        fmt::format(
            "class mix: the model confuses the classes too much to tell (condition {:.3g}, at most {:.3g})",
            mix.condition, condition_max));
  mix.share = product(*inverse, mu);
  for (double& share : mix.share)
    if (share < 0) mix.clipped -= share, share = 0;
  const double sum = std::accumulate(mix.share.begin(), mix.share.end(), 0.0);
  for (double& share : mix.share) share /= sum;
  return mix;
}

double total_variation(std::span<const double> a, std::span<const double> b) {
  double sum = 0;
  for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) sum += std::abs(a[i] - b[i]);
  return sum / 2;
}

Result<double> distance_from_mix(const Counters& current, std::span<const Counters> reference_by_class,
                                 std::span<const double> share) {
  if (share.size() != reference_by_class.size())
    return fail(Code::invalid_argument,
                fmt::format("class mix: {} shares for {} classes", share.size(), reference_by_class.size()));
  const double n = static_cast<double>(current.count());
  if (n == 0) return fail(Code::invalid_argument, "class mix: nothing was counted");
  std::array<double, kBins> expected{};
  for (std::size_t k = 0; k < share.size(); ++k) {
    const Counters& of_class = reference_by_class[k];
    if (of_class.reference != current.reference)
      return fail(Code::conflict,
                  fmt::format("class mix: the counts of class {} are at another baseline's edges", k));
    const double count = static_cast<double>(of_class.count());
    if (count == 0 && share[k] > 0)
      return fail(Code::invalid_argument, fmt::format("class mix: no reference values of class {}", k));
    for (std::size_t j = 0; j < kBins && count > 0; ++j)
      expected[j] += share[k] * static_cast<double>(of_class.bins[j]) / count;
  }
  double below = 0, largest = 0;
  for (std::size_t j = 0; j + 1 < kBins; ++j) {
    below += static_cast<double>(current.bins[j]) / n - expected[j];
    largest = std::max(largest, std::abs(below));
  }
  return largest;
}

}  // namespace drover::drift
