#pragma once

#include "drift/few_values.h"
#include "drift/urn/tilts.h"

/// The urn detector's alternatives over a baseline of one to four different values: a count test.
///
/// The laws of tilts.h change within a value's ranks, where an observation's place is chance: what they bet
/// there is lost, up to half of the information. These are constant over each value's cell and the cells
/// beside (few_values.h), so nothing is lost but what falls outside the baseline's ties of its value: 2 in c
/// + 1 of a value that the baseline has c times.
///
/// **Laws.** The odds of one value are multiplied by a factor s > 1, or divided by it: h = s or 1/s on its
/// cell, 1 elsewhere (with two values, those of the second: the first's are the same laws). Of three or four
/// values all move up or down: h = s^k or s^−k on the k-th. Values that were never seen appear: h = 8 or 64
/// on the cells below, between or above the values.
///
/// **Guarantee.** The urn's theorem (urn.h) asks of h only that it is a function of the bin and positive:
/// with random ties the pairs (value, tie) of baseline and stream are exchangeable and all different whatever
/// the distribution F, so the m + 1 + t gaps between those seen are equally likely to catch the next, and a
/// cell has the probability slots/(m + 1 + t), exactly. How many values F has, how often each occurs, and
/// whether the baseline has seen them all does not enter. ∎
namespace drover::drift {

/// Of a baseline of `values` (1 to 4) different values: made at the first call, the same on every machine.
/// Laws beyond those that so many values have weigh nothing.
const Tilts& few_tilts(std::size_t values);

/// The table for a baseline with these slots: few_tilts() where they are those of few values, else tilts().
const Tilts& tilts_of(const std::array<std::uint32_t, kBins>& slots);

}  // namespace drover::drift
