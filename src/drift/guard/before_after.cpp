#include "drift/guard/before_after.h"

#include "drift/guard/rule_bytes.h"

namespace drover::drift {

Result<BeforeAfterGuard> BeforeAfterGuard::make(Settings settings) {
  DROVER_TRY(UpdateGuard::make(settings));
  return BeforeAfterGuard(settings);
}

GuardVerdict BeforeAfterGuard::after(bool error) {
  if (verdict() != GuardVerdict::hold) return verdict();
  new_.update(error);
  if (!old_rate_is_known_) old_rate_ = old_rate(), old_rate_is_known_ = true;
  const double allowed = 1 + settings_.margin, alpha = settings_.alpha / 2;
  const double most = allowed * old_rate_.upper, least = allowed * old_rate_.lower;
  if (most < new_.rate() && new_.refutes(most, alpha))
    verdict_ = static_cast<std::uint8_t>(GuardVerdict::roll_back);
  else if (least > new_.rate() && (least >= 1 || new_.refutes(least, alpha)))
    verdict_ = static_cast<std::uint8_t>(GuardVerdict::promote);
  return verdict();
}

Bytes BeforeAfterGuard::checkpoint() const { return checkpoint_of(*this); }

Status BeforeAfterGuard::restore(ByteView state) {
  DROVER_TRY(restore_into(*this, state));
  old_rate_is_known_ = false;
  return {};
}

}  // namespace drover::drift
