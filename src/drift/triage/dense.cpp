#include "drift/triage/dense.h"

#include <algorithm>
#include <cmath>

namespace drover::drift {
namespace {

void scale(std::span<double> row, double by) {
  for (double& value : row) value *= by;
}
void subtract(std::span<double> row, std::span<const double> other, double times) {
  for (std::size_t i = 0; i < row.size(); ++i) row[i] -= times * other[i];
}

}  // namespace

std::optional<Matrix> inverted(Matrix matrix) {
  const std::size_t size = matrix.size();
  Matrix inverse(size);
  for (std::size_t i = 0; i < size; ++i) inverse.at(i, i) = 1;
  for (std::size_t column = 0; column < size; ++column) {
    std::size_t pivot = column;
    for (std::size_t row = column + 1; row < size; ++row)
      if (std::abs(matrix.at(row, column)) > std::abs(matrix.at(pivot, column))) pivot = row;
    if (matrix.at(pivot, column) == 0) return std::nullopt;
    if (pivot != column) std::ranges::swap_ranges(matrix.row(pivot), matrix.row(column));
    if (pivot != column) std::ranges::swap_ranges(inverse.row(pivot), inverse.row(column));
    const double by = 1 / matrix.at(column, column);
    scale(matrix.row(column), by);
    scale(inverse.row(column), by);
    for (std::size_t row = 0; row < size; ++row) {
      const double times = matrix.at(row, column);
      if (row == column || times == 0) continue;
      subtract(matrix.row(row), matrix.row(column), times);
      subtract(inverse.row(row), inverse.row(column), times);
    }
  }
  return inverse;
}

double norm_1(const Matrix& matrix) {
  double largest = 0;
  for (std::size_t column = 0; column < matrix.size(); ++column) {
    double sum = 0;
    for (std::size_t row = 0; row < matrix.size(); ++row) sum += std::abs(matrix.at(row, column));
    largest = std::max(largest, sum);
  }
  return largest;
}

std::vector<double> product(const Matrix& matrix, std::span<const double> vector) {
  std::vector<double> result(matrix.size());
  for (std::size_t row = 0; row < matrix.size(); ++row)
    for (std::size_t column = 0; column < matrix.size(); ++column)
      result[row] += matrix.at(row, column) * vector[column];
  return result;
}

}  // namespace drover::drift
