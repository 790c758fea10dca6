#include "drift/guard/rules.h"

#include "drift/guard/rule_bytes.h"

namespace drover::drift {

Bytes LatencyGuard::checkpoint() const { return checkpoint_of(*this); }
Status LatencyGuard::restore(ByteView state) { return restore_into(*this, state); }

Bytes ConfidenceGuard::checkpoint() const { return checkpoint_of(*this); }
Status ConfidenceGuard::restore(ByteView state) { return restore_into(*this, state); }

Bytes LowConfidenceRule::checkpoint() const { return checkpoint_of(*this); }
Status LowConfidenceRule::restore(ByteView state) { return restore_into(*this, state); }

Bytes NaiveRule::checkpoint() const { return checkpoint_of(*this); }
Status NaiveRule::restore(ByteView state) { return restore_into(*this, state); }

}  // namespace drover::drift
