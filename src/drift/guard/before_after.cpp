#include "drift/guard/before_after.h"

namespace drover::drift {

Result<BeforeAfterGuard> BeforeAfterGuard::make(Settings settings) {
  DROVER_TRY(UpdateGuard::make(settings));
  return BeforeAfterGuard(settings);
}

GuardVerdict BeforeAfterGuard::after(bool error) {
  if (verdict_ != GuardVerdict::hold) return verdict_;
  new_.update(error);
  if (!old_rate_is_known_) old_rate_ = old_rate(), old_rate_is_known_ = true;
  const double allowed = 1 + settings_.margin, alpha = settings_.alpha / 2;
  const double most = allowed * old_rate_.upper, least = allowed * old_rate_.lower;
  if (most < new_.rate() && new_.refutes(most, alpha))
    verdict_ = GuardVerdict::roll_back;
  else if (least > new_.rate() && (least >= 1 || new_.refutes(least, alpha)))
    verdict_ = GuardVerdict::promote;
  return verdict_;
}

}  // namespace drover::drift
