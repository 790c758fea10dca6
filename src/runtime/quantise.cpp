#include <cmath>

#include "base/assert.h"
#include "runtime/engine.h"

namespace drover::runtime {
namespace {

/// Which scale belongs to the element at a flat index.
class Slices {
 public:
  Slices(const Tensor& tensor, const Quantisation& quantisation) : count_(quantisation.scales.size()) {
    DROVER_ASSERT(count_ > 0 && quantisation.zero_points.size() == count_);
    if (count_ == 1) return;
    const auto axis = static_cast<std::size_t>(quantisation.axis);
    DROVER_ASSERT(axis < tensor.shape.size() && static_cast<std::size_t>(tensor.shape[axis]) == count_);
    for (std::size_t i = axis + 1; i < tensor.shape.size(); ++i)
      inner_ *= static_cast<std::size_t>(tensor.shape[i]);
  }
  [[nodiscard]] std::size_t of(std::size_t index) const { return count_ == 1 ? 0 : index / inner_ % count_; }

 private:
  std::size_t count_;
  std::size_t inner_ = 1;
};

}  // namespace

Tensor quantise(const Tensor& real, DType dtype, const Quantisation& quantisation) {
  Tensor stored{dtype, real.shape, Bytes(real.count() * tables::size_bytes(dtype))};
  const Slices slices(real, quantisation);
  for (std::size_t i = 0; i < real.count(); ++i) {
    const std::size_t slice = slices.of(i);
    stored.set(i, std::round(real.at(i) / quantisation.scales[slice]) +
                      static_cast<double>(quantisation.zero_points[slice]));
  }
  return stored;
}

Tensor dequantise(const Tensor& stored, const Quantisation& quantisation, DType dtype) {
  Tensor real{dtype, stored.shape, Bytes(stored.count() * tables::size_bytes(dtype))};
  const Slices slices(stored, quantisation);
  for (std::size_t i = 0; i < stored.count(); ++i) {
    const std::size_t slice = slices.of(i);
    real.set(i, (stored.at(i) - static_cast<double>(quantisation.zero_points[slice])) *
                    quantisation.scales[slice]);
  }
  return real;
}

}  // namespace drover::runtime
