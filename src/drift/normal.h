#pragma once

#include <cmath>
#include <numbers>

namespace drover::drift {

/// Φ(z), the standard normal distribution function; relative error about 1e-16 in the lower tail too.
inline double normal_cdf(double z) { return 0.5 * std::erfc(-z / std::numbers::sqrt2); }

}  // namespace drover::drift
