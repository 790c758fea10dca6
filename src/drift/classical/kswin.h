#pragma once

#include <vector>

#include "drift/classical/classical.h"
#include "drift/random.h"

namespace drover::drift {

/// KSWIN: a Kolmogorov–Smirnov test of the newest values against as many older ones of a sliding window.
///
/// The window holds the last `window_size` values; at every observation the newest `stat_size` of them (r)
/// are compared with r drawn without replacement from the rest. Alarm when D > 0.1 and the exact two-sample p
/// ≤ alpha. One look errs with probability ≤ alpha on independent data; a look is made at every observation,
/// so that nine unchanged streams of ten alarm within 2 000 observations at the standard settings.
///
/// **Sampling.** Robert Floyd's algorithm on SplitMix64 from `seed`: for j = w − r − r … w − r − 1 (w =
/// window_size) t = ⌊u·(j + 1)/2³²⌋ with u the generator's upper 32 bits; t is taken, or j when t is taken
/// already. The generator goes on through alarms and stands in the checkpoint. The implementation people use
/// draws from another generator and seeds it anew after each alarm: with other draws another index is
/// equally right.
///
/// Cost: a sort of 2·stat_size values an observation. Memory: 8 B × window_size.
///
/// Source: Raab, Heusinger, Schleif, "Reactive soft prototype computing for concept drift streams",
/// Neurocomputing 416 (2020); settings, exact p and the 0.1 as in river 0.26.1.
class Kswin {
 public:
  struct Settings {
    double alpha = 0.005;
    std::uint32_t window_size = 100, stat_size = 30;
    std::uint64_t seed = 1;
  };
  static constexpr std::string_view kLetters = "KSWN";
  static bool takes(double value) { return is_number(value); }

  /// window_size ≥ 2·stat_size.
  explicit Kswin(const Settings& settings);
  std::optional<Finding> update(double value);
  void reset();

  void each_field(this auto& self, auto visit) { visit(self.random_), visit(self.n_), visit(self.window_); }
  [[nodiscard]] bool holds() const { return true; }  // any numbers are a window

 private:
  [[nodiscard]] double newest(std::size_t back) const;  // back = 0: the newest value
  void draw_older();
  [[nodiscard]] std::ptrdiff_t distance() const;

  Settings settings_;
  std::size_t critical_;  // least distance, in values, that is an alarm
  std::uint64_t random_;  // state of the generator
  std::uint64_t n_ = 0;   // observations since the window was empty; the newest is at (n − 1) mod window_size
  std::vector<double> window_;
  std::vector<double> new_, old_;     // scratch: the two samples, sorted
  std::vector<std::uint8_t> chosen_;  // scratch: places drawn
};

}  // namespace drover::drift
