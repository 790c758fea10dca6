#include "drift/two_sample/bins.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace drover::drift {
namespace {

std::vector<std::uint64_t> counted(std::span<const double> sorted, const std::vector<double>& edges) {
  std::vector<std::uint64_t> counts;
  auto from = sorted.begin();
  for (const double edge : edges) {
    const auto to = std::upper_bound(from, sorted.end(), edge);
    counts.push_back(static_cast<std::uint64_t>(to - from));
    from = to;
  }
  counts.push_back(static_cast<std::uint64_t>(sorted.end() - from));
  return counts;
}

std::vector<double> shares(const std::vector<std::uint64_t>& counts) {
  const auto sum = static_cast<double>(std::accumulate(counts.begin(), counts.end(), std::uint64_t{0}));
  std::vector<double> all;
  for (const std::uint64_t count : counts) all.push_back(static_cast<double>(count) / sum);
  return all;
}

}  // namespace

std::vector<double> quantile_edges(const Sample& reference, const Sample& current, std::size_t bins) {
  const auto sorted = reference.sorted();
  std::vector<double> edges;
  for (std::size_t i = 1; i < bins; ++i) {
    const double edge = sorted[(sorted.size() * i + bins - 1) / bins - 1];
    if (edges.empty() || edges.back() < edge) edges.push_back(edge);
  }
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  if (!edges.empty() && edges.front() == sorted.front() && current.sorted().front() < edges.front())
    edges.insert(edges.begin(), std::nextafter(edges.front(), -kInfinity));
  return edges;
}

BinCounts count_bins(const Sample& reference, const Sample& current, const std::vector<double>& edges) {
  return {counted(reference.sorted(), edges), counted(current.sorted(), edges)};
}

BinCounts count_categories(const CategoryCounts& reference, const CategoryCounts& current) {
  std::map<std::string_view, std::pair<std::uint64_t, std::uint64_t>> both;
  for (const auto& [name, count] : reference) both[name].first = count;
  for (const auto& [name, count] : current) both[name].second = count;
  BinCounts counts;
  for (const auto& [name, pair] : both) {
    counts.reference.push_back(pair.first);
    counts.current.push_back(pair.second);
  }
  return counts;
}

double jensen_shannon(const std::vector<double>& p, const std::vector<double>& q, double base) {
  double sum = 0;
  for (std::size_t i = 0; i < p.size(); ++i) {
    const double middle = (p[i] + q[i]) / 2;
    if (p[i] > 0) sum += p[i] * std::log(p[i] / middle);
    if (q[i] > 0) sum += q[i] * std::log(q[i] / middle);
  }
  return std::sqrt(std::max(0.0, sum / 2 / std::log(base)));
}

double jensen_shannon(const BinCounts& counts) {
  return jensen_shannon(shares(counts.reference), shares(counts.current), std::exp(1.0));
}

double hellinger(const BinCounts& counts) {
  const auto p = shares(counts.reference), q = shares(counts.current);
  double sum = 0;
  for (std::size_t i = 0; i < p.size(); ++i) {
    const double difference = std::sqrt(p[i]) - std::sqrt(q[i]);
    sum += difference * difference;
  }
  return std::sqrt(sum / 2);
}

}  // namespace drover::drift
