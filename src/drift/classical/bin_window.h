#pragma once

#include <algorithm>
#include <array>
#include <vector>

#include "drift/classical/classical.h"
#include "drift/classical/grid_distance.h"

/// Windows one after another, each counted in the baseline's bins and compared with the baseline when full.
namespace drover::drift {

/// The counts of the window that is being filled.
struct BinWindow {
  std::uint64_t n = 0;
  std::array<std::uint32_t, kBins> counts{};

  void add(std::size_t bin) { ++n, ++counts[bin]; }
  void each_field(this auto& self, auto visit) { visit(self.n), visit(self.counts); }
  [[nodiscard]] bool holds(std::uint64_t size) const {
    std::uint64_t sum = 0;
    for (const std::uint32_t count : counts) sum += count;
    return sum == n && n < size;
  }
};

/// A test of one full window against the baseline.
template <typename Test>
class Windowed {
 public:
  static constexpr std::string_view kLetters = Test::kLetters;
  static bool takes(double) { return true; }  // every value has a bin

  Windowed(const Distribution& distribution, std::uint64_t size, std::uint64_t seed, Test test)
      : distribution_(&distribution), size_(size), random_(seed), test_(std::move(test)) {}

  double observe(double value) { return observed_bin(*distribution_, value, random_); }
  std::optional<Finding> update(double bin) {
    window_.add(static_cast<std::size_t>(bin));
    if (window_.n < size_) return std::nullopt;
    std::optional<Finding> found = test_(window_.counts);
    if (found) found->n = found->since = window_.n;
    window_ = {};
    return found;
  }
  void reset() { window_ = {}; }

  void each_field(this auto& self, auto visit) {
    visit(self.random_);
    self.window_.each_field(visit);
  }
  [[nodiscard]] bool holds() const { return window_.holds(size_); }

 private:
  const Distribution* distribution_;
  std::uint64_t size_, random_;
  Test test_;
  BinWindow window_;
};

template <typename Test>
Result<std::unique_ptr<Detector>> make_windowed(std::span<const Setting> settings,
                                                const DetectorKind::Values& values,
                                                const Distribution& distribution, Test test) {
  return std::make_unique<Classical<Windowed<Test>>>(
      Windowed<Test>(distribution, count_of(values, "window"), count_of(values, "seed"), std::move(test)),
      make_of(settings, values, distribution));
}

}  // namespace drover::drift
