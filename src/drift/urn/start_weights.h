#pragma once

#include <cstdint>

namespace drover::drift {

/// Observations that share one start weight.
inline constexpr std::uint32_t kBlock = 32;
/// The part of the prior mass that stands at the start; the rest is handed out over the device's life.
inline constexpr double kMassAtStart = 0.1;

/// R(t) = 0.9·1.5 / (1.5 + ln(1 + t/200 000)): the start mass not yet handed out after t observations. It
/// falls so slowly that a change after a year is found about as fast as one after a day.
double mass_left(std::uint64_t t);

/// What each observation of the block that begins at `t` adds: (R(t) − R(t + 32)) / 32.
double start_weight(std::uint64_t t);

}  // namespace drover::drift
