#pragma once

#include <span>

namespace drover::drift {

/// Sorts by value: −∞ first, −0 before 0, +∞ last; a NaN stands beyond the infinity of its sign. Least
/// significant digit first, eleven bits a pass, over the bits of IEEE 754 turned so that their order as
/// unsigned integers is the order of the numbers; a digit that all values share is skipped; short inputs go
/// to std::sort. O(n) time, one extra copy of the data, as many threads as there are cores where the data
/// are worth it. Source: Knuth, TAOCP 3, 5.2.5; Herf, "Radix Tricks" (2001), for the order of the bits.
void radix_sort(std::span<float> values);
void radix_sort(std::span<double> values);

}  // namespace drover::drift
