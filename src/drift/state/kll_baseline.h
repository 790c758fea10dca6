#pragma once

#include "drift/baseline.h"
#include "drift/state/kll.h"

namespace drover::drift {

/// "New normal" takes at least so many fresh values.
inline constexpr std::size_t kFreshValuesMin = 1000;

/// A new baseline from a sketch of fresh values, for a device that could not keep them all.
///
/// Edge j is the value that the sketch has at rank r_j. **Error**: the share of the fresh values that lie at
/// or below it differs from r_j/m by at most `rank_error` = Kll::rank_error(true), at all 63 edges at once
/// with 99 % confidence; the distribution carries this number, and who judges by it allows for it. A value
/// that several ranks share is cut by ties in proportion: between its ends a share of it is a mean of the two
/// ends' shares, so no further from the truth than they are.
///
/// **What stays true of the detectors.** The urn's exact mode rests on ranks that are exact: make_detector
/// refuses such a baseline there. In tolerant mode ε becomes ε + rank_error: with F0 the fresh values' law,
/// and e*_j the true r_j-th value, a stream within ε of F0 at every e_j is within ε + |F0(e_j) − F0(e*_j)| of
/// it at every e*_j, and between these two lie no more than rank_error of the values; so P(any alarm, ever) ≤
/// α as before, but for the 1 % of sketches that err by more (and by F0's own difference from the values'
/// shares between the two edges, of order √(rank_error/m)). ks_sequential adds rank_error to its bound,
/// grid_ks() to both of its.
///
/// Lives go on: the detector over the new baseline is made with `life` one more than the old one's
/// (Urn::Settings::first_life). `min` and `max` are those of the values kept. Errors: invalid_argument for
/// less than 1 000 or more than 2^24 values.
Result<Distribution> make_distribution(const Kll& fresh, std::uint64_t missing, std::uint64_t nan);

}  // namespace drover::drift
