#include <cmath>
#include <vector>

#include "drift/two_sample/kolmogorov.h"

namespace drover::drift {
namespace {

/// A square matrix times 2^exponent.
class Matrix {
 public:
  explicit Matrix(std::size_t size) : size_(size), cells_(size * size) {}
  double& at(std::size_t row, std::size_t column) { return cells_[row * size_ + column]; }

  [[nodiscard]] Matrix times(const Matrix& other) const {
    Matrix product(size_);
    product.exponent_ = exponent_ + other.exponent_;
    for (std::size_t row = 0; row < size_; ++row)
      for (std::size_t k = 0; k < size_; ++k) {
        const double factor = cells_[row * size_ + k];
        if (factor == 0) continue;
        for (std::size_t column = 0; column < size_; ++column)
          product.cells_[row * size_ + column] += factor * other.cells_[k * size_ + column];
      }
    product.scale();
    return product;
  }
  /// The middle cell, as mantissa and exponent.
  [[nodiscard]] double middle(int& exponent) const {
    exponent = exponent_;
    return cells_[(size_ / 2) * size_ + size_ / 2];
  }

 private:
  void scale() {
    int by = 0;
    static_cast<void>(std::frexp(cells_[(size_ / 2) * size_ + size_ / 2], &by));
    if (std::abs(by) < 256) return;
    for (double& cell : cells_) cell = std::ldexp(cell, -by);
    exponent_ += by;
  }

  std::size_t size_;
  std::vector<double> cells_;
  int exponent_ = 0;
};

/// H of Marsaglia, Tsang and Wang, of 2k − 1 rows, for n·d = k − h.
Matrix steps(std::size_t size, double h) {
  Matrix matrix(size);
  std::vector<double> inverse_factorial(size + 2, 1.0);
  for (std::size_t i = 1; i < inverse_factorial.size(); ++i)
    inverse_factorial[i] = inverse_factorial[i - 1] / static_cast<double>(i);
  for (std::size_t row = 0; row < size; ++row)
    for (std::size_t column = 0; column < size; ++column)
      if (column <= row + 1) matrix.at(row, column) = inverse_factorial[row + 1 - column];
  double power = h;
  for (std::size_t i = 0; i < size; ++i, power *= h) {
    matrix.at(i, 0) -= power * inverse_factorial[i + 1];
    matrix.at(size - 1, size - 1 - i) -= power * inverse_factorial[i + 1];
  }
  if (h > 0.5)
    matrix.at(size - 1, 0) += std::pow(2 * h - 1, static_cast<double>(size)) * inverse_factorial[size];
  return matrix;
}

Matrix power_of(Matrix base, std::uint64_t exponent) {
  while (exponent % 2 == 0) base = base.times(base), exponent /= 2;
  Matrix result = base;
  while ((exponent /= 2) > 0) {
    base = base.times(base);
    if (exponent % 2 == 1) result = result.times(base);
  }
  return result;
}

}  // namespace

double durbin_cdf(std::uint64_t n, double d) {
  const double nd = static_cast<double>(n) * d, k = std::ceil(nd);
  if (n == 0 || nd <= 0.5) return 0;
  const Matrix power = power_of(steps(2 * static_cast<std::size_t>(k) - 1, k - nd), n);
  int exponent = 0;
  double p = power.middle(exponent);
  for (std::uint64_t i = 1; i <= n; ++i) {  // n!/n^n
    p *= static_cast<double>(i) / static_cast<double>(n);
    if (p < 0x1p-512) p *= 0x1p512, exponent -= 512;
  }
  return std::ldexp(p, exponent);
}

}  // namespace drover::drift
