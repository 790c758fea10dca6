#include "bundle/golden.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>

namespace drover::bundle {
namespace {

using tables::Tensor;

double allowed(double expected, const OutputTolerance& tolerance) {
  return tolerance.absolute + tolerance.relative * std::abs(expected);
}

bool accepted(double expected, double got, const OutputTolerance& tolerance) {
  if (std::isnan(expected) || std::isnan(got)) return std::isnan(expected) && std::isnan(got);
  if (std::isinf(expected) || std::isinf(got)) return expected == got;
  return std::abs(got - expected) <= allowed(expected, tolerance);
}

/// The first index of the largest value that is a number; 0 when there is none.
std::size_t top1(const Tensor& tensor) {
  std::size_t best = 0;
  bool found = false;
  for (std::size_t i = 0; i < tensor.count(); ++i) {
    if (std::isnan(tensor.at(i))) continue;
    if (!found || tensor.at(i) > tensor.at(best)) best = i;
    found = true;
  }
  return best;
}

/// A number in words that JSON-minded readers know.
std::string shown(double value) { return std::isnan(value) ? "NaN" : fmt::format("{:.7g}", value); }

std::string place(std::size_t sample, std::string_view output) {
  return fmt::format("golden sample {}, output \"{}\"", sample, output);
}

Status check_form(const std::string& where, const Tensor& expected, const Tensor& got) {
  if (expected.dtype == got.dtype && expected.count() == got.count()) return {};
  return fail(Code::smoke_output,
              fmt::format("{}: expected {} values of {}, got {} of {}", where, expected.count(),
                          tables::name(expected.dtype), got.count(), tables::name(got.dtype)));
}

/// How far one output is off in all.
struct Difference {
  double max_absolute = 0;
  std::size_t refused = 0;
  std::optional<std::size_t> worst;  // of the refused ones; NaN is worse than any number
};

double distance(double expected, double got) {
  if (std::isnan(expected) && std::isnan(got)) return 0;
  const double off = expected == got ? 0 : std::abs(got - expected);
  return std::isnan(off) ? INFINITY : off;
}

Difference measure(const Tensor& expected, const Tensor& got, const OutputTolerance& tolerance) {
  Difference difference;
  double worst = -1;
  for (std::size_t i = 0; i < expected.count(); ++i) {
    const double off = distance(expected.at(i), got.at(i));
    if (std::isfinite(off)) difference.max_absolute = std::max(difference.max_absolute, off);
    if (accepted(expected.at(i), got.at(i), tolerance)) continue;
    ++difference.refused;
    if (off > worst) worst = off, difference.worst = i;
  }
  return difference;
}

std::unexpected<Error> refuse_value(const std::string& where, const Tensor& expected, const Tensor& got,
                                    const OutputTolerance& tolerance, const Difference& difference) {
  const std::size_t i = *difference.worst;
  return fail(
      Code::smoke_output,
      fmt::format("{}, index {}: expected {}, got {}, allowed ±{:.3g} (absolute {:.3g}, relative {:.3g}); {} "
                  "of {} values are off, this one most",
                  where, i, shown(expected.at(i)), shown(got.at(i)), allowed(expected.at(i), tolerance),
                  tolerance.absolute, tolerance.relative, difference.refused, expected.count()));
}

}  // namespace

Result<OutputDeviation> compare_output(std::size_t sample, std::string_view output, const Tensor& expected,
                                       const Tensor& got, const OutputTolerance& tolerance) {
  const std::string where = place(sample, output);
  DROVER_TRY(check_form(where, expected, got));
  const Difference difference = measure(expected, got, tolerance);
  if (difference.worst) return refuse_value(where, expected, got, tolerance, difference);
  OutputDeviation deviation{.max_absolute = difference.max_absolute};
  if (expected.count() == 0) return deviation;
  const std::size_t wanted = top1(expected), given = top1(got);
  deviation.top1_changed = wanted != given && expected.at(given) != expected.at(wanted);
  if (tolerance.same_top1 && deviation.top1_changed)
    return fail(Code::smoke_output,
                fmt::format("{}: the largest value stands at index {} ({}), expected at {} ({})", where,
                            given, shown(got.at(given)), wanted, shown(expected.at(wanted))));
  return deviation;
}

Result<std::vector<Tensor>> arrange(tables::NamedTensors tensors, const std::vector<TensorSpec>& specs) {
  if (tensors.size() != specs.size())
    return fail(Code::bad_table,
                fmt::format("{} arrays, the model has {} tensors here", tensors.size(), specs.size()));
  if (specs.size() == 1) return std::vector{std::move(tensors.front().tensor)};
  std::vector<Tensor> arranged;
  for (std::size_t i = 0; i < specs.size(); ++i) {
    const auto has = [&](const std::string& name) {
      return std::ranges::find(tensors, name, &tables::NamedTensor::name);
    };
    auto found = has(specs[i].name);
    if (found == tensors.end()) found = has(fmt::format("arr_{}", i));
    if (found == tensors.end())
      return fail(Code::bad_table, fmt::format("no array \"{}\" (nor arr_{}) in the .npz", specs[i].name, i));
    arranged.push_back(std::move(found->tensor));
    tensors.erase(found);
  }
  return arranged;
}

}  // namespace drover::bundle
