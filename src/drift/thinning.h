#pragma once

#include <memory>

#include "drift/detector.h"
#include "drift/lag.h"

namespace drover::drift {

/// Which observations of a dependent stream a detector is to see: every 2^k-th, with the least k at which
/// neighbours of what is kept are not seen to depend on each other.
///
/// **Rule.** k is looked at anew every 128 observations: the least at which not (|ρ̂| > 0.05 and |ρ̂|·√pairs >
/// 3). The first 512 observations, when little is known, are thinned by 32. `stride_max` = 1 thins nothing
/// and only measures.
///
/// **What is guaranteed.** Whether an observation is kept is decided from earlier ones alone. So if the
/// stream is exchangeable, what is kept is distributed as if nothing had been left out (Kallenberg,
/// "Spreading and predictable sampling in exchangeable sequences and processes", Ann. Probab. 16, 1988), and
/// every promise of the detector behind holds exactly.
///
/// **What is not.** A dependent stream that is thinned is still dependent, if less: |ρ| < 0.05 only up to the
/// error of the estimate (0.011 to 0.016 at best), only between neighbours of what is kept, only linearly in
/// the scores; a dependence that no stride removes (a period of 2^k) stays. There the promise behind is kept
/// approximately; thinning_test.cpp says how well for AR(1).
class Thinning {
 public:
  explicit Thinning(std::uint64_t stride_max = std::uint64_t{1} << (LagEstimate::kLevels - 1));

  /// The next observation's score (a finite number); whether the detector is to see it.
  bool keep(double score);

  [[nodiscard]] std::uint64_t seen() const { return lag_.seen(); }
  [[nodiscard]] std::uint64_t kept() const { return kept_; }
  [[nodiscard]] std::uint64_t stride() const { return std::uint64_t{1} << level_; }
  /// ρ̂ between neighbours of what is kept now.
  [[nodiscard]] double correlation() const { return lag_.correlation(level_); }
  /// How many independent observations `n` kept ones are worth for a mean: n(1 − ρ)/(1 + ρ) as under AR(1),
  /// with ρ taken as 0 unless it is positive by two standard errors.
  [[nodiscard]] double effective(double n) const;
  /// The number in the stream of the kept-th kept observation, to within a stride.
  [[nodiscard]] std::uint64_t place(std::uint64_t kept) const;

  void each_field(this auto& self, auto visit) {
    visit(self.kept_), visit(self.level_);
    for (auto& span : self.spans_) visit(span.kept), visit(span.seen), visit(span.stride);
    self.lag_.each_field(visit);
  }
  [[nodiscard]] bool holds() const;

 private:
  struct Span {
    std::uint64_t kept = 0, seen = 0, stride = 0;  // what was kept and seen before it began; stride 0: unused
  };
  void choose_level(std::uint32_t level);
  [[nodiscard]] bool dependent(std::size_t level) const;

  std::uint64_t stride_max_, kept_ = 0;
  std::uint32_t level_ = 0;
  std::array<Span, 8> spans_{};  // the latest times between changes of the stride, the newest first
  LagEstimate lag_;
};

/// What the wrapper below adds to a detector.
class ThinnedDetector : public Detector {
 public:
  [[nodiscard]] virtual const Thinning& thinning() const = 0;
};

/// A detector that sees only what Thinning keeps of the stream; its alarms have index and onset in the whole
/// stream's count, and n_effective. Scores are normal scores of the baseline's bins where there is a
/// distribution (bounded, so that heavy tails hide nothing), else standardised values clipped at ±8, else the
/// values; NaN and ±∞ score as the outermost. The checkpoint holds the inner detector's.
std::unique_ptr<ThinnedDetector> thin(std::unique_ptr<Detector> inner, const Reference& reference,
                                      Thinning thinning);

}  // namespace drover::drift
