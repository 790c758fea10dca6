#pragma once

#include <span>

namespace drover::drift {

/// Sorts by value: −∞ first, −0 before 0, +∞ last; a NaN stands beyond the infinity of its sign. A radix
/// sort, least significant digit first, of the top 33 bits in three passes over the bits of IEEE 754 turned
/// so that their order as unsigned integers is the order of the numbers; then the short runs of doubles that
/// agree in those bits by std::sort. A digit that all values share is skipped; short inputs go to std::sort
/// whole. O(n) time unless nearly all values share their top 33 bits (O(n log n) then), one extra copy of the
/// data, as many threads as there are cores where the data are worth it. Source: Knuth, TAOCP 3, 5.2.5; Herf,
/// "Radix Tricks" (2001), for the order of the bits.
void radix_sort(std::span<float> values);
void radix_sort(std::span<double> values);

}  // namespace drover::drift
