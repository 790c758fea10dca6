#pragma once

#include <cstdint>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"
#include "drift/guard/bets.h"

namespace drover::drift {

/// Undecided at the deadline means hold: never promote.
enum class GuardVerdict : std::uint8_t { hold, promote, roll_back };
std::string_view name_of(GuardVerdict verdict);

/// Is an update worse than what it replaced? Judged on pairs of inferences of the old and the new version:
/// from devices that stay on the old one, or from the old model running beside on the same inputs.
///
/// **Mathematics.** z = y_new − (1 + μ)·y_old with y = 1 for an error and μ the allowed relative increase.
/// Two sums of bets (bets.h): A on z, against p_new ≤ (1 + μ)·p_old, says roll back; B on −z, against p_new ≥
/// (1 + μ)·p_old, says promote. **Guarantee**: while every pair has E[z | past] ≤ 0 (a version within the
/// margin), P(ever rolled back) ≤ α; while E[z | past] ≥ 0, P(ever promoted) ≤ α. It holds however often one
/// looks, and pairs may depend on each other and drift together. The first verdict stands.
///
/// **Cost in pairs**, medians at α = .01, p_old = 5 % (bench/drift_sequential_study): three times worse 257,
/// twice 840, half as bad again 3 614; an equal model is promoted after 48 679 at μ = .10 and 2 625 at μ =
/// .50. So 10 % is a decision for a fleet; on one device use μ ≥ .5 and hard rules (crash, NaN, timeout,
/// smoke test) beside it.
///
/// Source: Waudby-Smith, Ramdas, arXiv 2010.09686.
class UpdateGuard {
 public:
  struct Settings {
    double alpha = 0.01;
    double margin = 0.10;  // μ
  };
  /// Errors: invalid_argument for α outside (0, 1) or μ outside [0, 10].
  static Result<UpdateGuard> make(Settings settings);

  /// One pair: whether the old and the new version erred.
  GuardVerdict update(bool old_error, bool new_error);

  [[nodiscard]] GuardVerdict verdict() const { return verdict_; }
  [[nodiscard]] double roll_back_evidence() const { return worse_.value(); }   // A
  [[nodiscard]] double promote_evidence() const { return no_worse_.value(); }  // B
  [[nodiscard]] double threshold() const { return 1 / settings_.alpha; }
  [[nodiscard]] std::uint64_t pairs() const { return pairs_; }
  [[nodiscard]] std::uint64_t old_errors() const { return old_errors_; }
  [[nodiscard]] std::uint64_t new_errors() const { return new_errors_; }

  /// "GUAR" version 1, docs/formats/detector.md.
  [[nodiscard]] Bytes checkpoint() const;
  /// Takes a checkpoint made with the same settings. Errors: bad_state, unsupported; then nothing changes.
  Status restore(ByteView bytes);

 private:
  static constexpr std::size_t kBets = 12;
  explicit UpdateGuard(Settings settings) : settings_(settings), worse_(1 + settings.margin), no_worse_(1) {}

  Settings settings_;
  Bets<kBets> worse_, no_worse_;
  std::uint64_t pairs_ = 0, old_errors_ = 0, new_errors_ = 0;
  GuardVerdict verdict_ = GuardVerdict::hold;
};

}  // namespace drover::drift
