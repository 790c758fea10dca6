#pragma once

#include <span>

namespace drover::drift {

/// Sorts by value: −∞ first, −0 before 0, +∞ last; a NaN stands beyond the infinity of its sign. Values go
/// into 512 buckets of equal width, several threads at once where there are cores and the data are worth it;
/// then each bucket is sorted in a core's cache by a radix sort, least significant digit first, over the bits
/// of IEEE 754 turned so that their order as unsigned integers is the order of the numbers: two passes (three
/// in a crowded bucket) over the highest 22 (33) bits in which its values differ, then the short runs that
/// agree in those by std::sort. Short inputs go to std::sort whole. O(n) time unless most of a bucket's
/// values agree in those bits (O(n log n) then), one extra copy of the data. Values that crowd in few buckets
/// are sorted by fewer threads. Source: Knuth, TAOCP 3, 5.2.5; Herf, "Radix Tricks" (2001), for the order of
/// the bits.
void radix_sort(std::span<float> values);
void radix_sort(std::span<double> values);

}  // namespace drover::drift
