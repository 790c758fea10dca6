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

  [[nodiscard]] GuardVerdict verdict() const { return static_cast<GuardVerdict>(verdict_); }
  [[nodiscard]] RateBounds old_rate() const { return old_.bounds(settings_.alpha / 2); }
  [[nodiscard]] RateBounds new_rate() const { return new_.bounds(settings_.alpha / 2); }

  /// "BAGU" version 1, docs/formats/detector.md.
  [[nodiscard]] Bytes checkpoint() const;
  /// Takes the state of a guard with the same settings, or refuses it (bad_state, unsupported) and stays as
  /// it is.
  Status restore(ByteView state);

  static constexpr std::string_view kLetters = "BAGU";
  void each_setting(this auto& self, auto visit) {
    visit(self.settings_.alpha), visit(self.settings_.margin);
  }
  void each_field(this auto& self, auto visit) {
    self.old_.each_field(visit), self.new_.each_field(visit);
    visit(self.verdict_);
  }
  [[nodiscard]] bool holds() const { return old_.holds() && new_.holds() && verdict_ <= 2; }

 private:
  explicit BeforeAfterGuard(Settings settings) : settings_(settings) {}

  Settings settings_;
  RateSequence old_, new_;
  RateBounds old_rate_;  // as of the last look
  bool old_rate_is_known_ = false;
  std::uint8_t verdict_ = 0;  // a GuardVerdict
};

}  // namespace drover::drift
