#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "base/result.h"
#include "tables/tensor.h"

namespace drover::worker {

/// How an output names one class a sample.
enum class ClassForm : std::uint8_t {
  scores,  ///< one value a class: the largest names it
  score,   ///< a single real value, of class 1: it is named from 0.5 on, else class 0
  index,   ///< a single integer: the class itself
};

/// Of an output with real or unquantised values. Error: unsupported when it has more than one axis that is
/// longer than 1, or no values.
Result<ClassForm> class_form(const tables::Tensor& output, std::string_view name);

/// The class; none when a value is NaN or the index is negative. Of equal scores the first.
std::optional<std::size_t> top_class(const tables::Tensor& output, ClassForm form);

}  // namespace drover::worker
