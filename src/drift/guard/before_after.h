#pragma once

#include "drift/guard/rate_sequence.h"
#include "drift/guard/update_guard.h"

namespace drover::drift {

/// The guard without a control: errors before the update against errors after it.
///
/// Both rates have a confidence sequence of level α/2 (rate_sequence.h). Roll back when the new one's lower
/// bound is above (1 + μ) times the old one's upper bound, promote when its upper bound is below (1 + μ)
/// times the old one's lower bound; else hold. **Guarantee**: P(a verdict that is wrong, ever) ≤ α, if errors
/// before and after are each independent of one rate. That is more than the paired guard needs: if the inputs
/// became harder at the same time, the update is blamed for it. Use it where nothing stays on the old
/// version.
class BeforeAfterGuard {
 public:
  using Settings = UpdateGuard::Settings;
  /// Errors: as UpdateGuard::make.
  static Result<BeforeAfterGuard> make(Settings settings);

  /// An inference of the old version; may also come late, after the update.
  void before(bool error) {
    old_.update(error);
    old_rate_is_known_ = false;
  }
  /// An inference of the new version. The first verdict stands.
  GuardVerdict after(bool error);

  [[nodiscard]] GuardVerdict verdict() const { return verdict_; }
  [[nodiscard]] RateBounds old_rate() const { return old_.bounds(settings_.alpha / 2); }
  [[nodiscard]] RateBounds new_rate() const { return new_.bounds(settings_.alpha / 2); }

 private:
  explicit BeforeAfterGuard(Settings settings) : settings_(settings) {}

  Settings settings_;
  RateSequence old_, new_;
  RateBounds old_rate_;  // as of the last look
  bool old_rate_is_known_ = false;
  GuardVerdict verdict_ = GuardVerdict::hold;
};

}  // namespace drover::drift
