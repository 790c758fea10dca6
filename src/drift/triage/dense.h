#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

namespace drover::drift {

/// A small square matrix, row by row.
class Matrix {
 public:
  explicit Matrix(std::size_t size) : size_(size), values_(size * size) {}
  [[nodiscard]] std::size_t size() const { return size_; }
  double& at(std::size_t row, std::size_t column) { return values_[row * size_ + column]; }
  [[nodiscard]] double at(std::size_t row, std::size_t column) const { return values_[row * size_ + column]; }
  std::span<double> row(std::size_t i) { return {&values_[i * size_], size_}; }

 private:
  std::size_t size_;
  std::vector<double> values_;
};

/// By Gauss and Jordan with partial pivoting; nothing where a pivot is 0.
std::optional<Matrix> inverted(Matrix matrix);
/// The largest sum of absolute values of a column.
double norm_1(const Matrix& matrix);
std::vector<double> product(const Matrix& matrix, std::span<const double> vector);

}  // namespace drover::drift
