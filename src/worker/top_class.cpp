#include "worker/top_class.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace drover::worker {

using tables::Tensor;

Result<ClassForm> class_form(const Tensor& output, std::string_view name) {
  const auto longer = std::ranges::count_if(output.shape, [](std::int64_t size) { return size > 1; });
  if (longer > 1 || output.count() == 0)
    return fail(Code::unsupported,
                fmt::format("a holdout needs one row of scores, or one value, a sample; the output \"{}\" "
                            "has the shape {}",
                            name, tables::shape_text(output.shape)));
  if (output.count() > 1) return ClassForm::scores;
  return tables::is_float(output.dtype) ? ClassForm::score : ClassForm::index;
}

std::optional<std::size_t> top_class(const Tensor& output, ClassForm form) {
  constexpr double kClassesMax = 1e9;
  const double first = output.at(0);
  if (std::isnan(first)) return std::nullopt;
  if (form == ClassForm::score) return first >= 0.5 ? 1 : 0;
  if (form == ClassForm::index)
    return first >= 0 && first < kClassesMax ? std::optional(static_cast<std::size_t>(first)) : std::nullopt;
  std::size_t best = 0;
  for (std::size_t i = 1; i < output.count(); ++i) {
    if (std::isnan(output.at(i))) return std::nullopt;
    if (output.at(i) > output.at(best)) best = i;
  }
  return best;
}

}  // namespace drover::worker
