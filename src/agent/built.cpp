#include "agent/offer.h"

namespace drover::agent {

UnixTime built() { return UnixTime(std::chrono::seconds(DROVER_BUILT)); }

}  // namespace drover::agent
