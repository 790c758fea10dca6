#pragma once

#include <array>
#include <cstdint>

#include "base/result.h"
#include "drift/urn/tilts.h"
#include "drift/urn/urn.h"

namespace drover::drift {

/// The tolerant mode's factors: L_k(j) = c_k(j) / (U_k + ε·TV_k) for each alternative k and bin j.
///
/// c_k(j) = clip(h_k(j), lo, hi). TV = Σ_j |c(j) − c(j−1)| bounds what a shift of the distribution function
/// by ε at every edge can add to E[c] (Abel summation). U is an upper confidence bound, of level 1 − δ/32
/// with δ = α/10, on E_F0[c], where the masses F0 gives the bins are Dirichlet(slots) because edges are order
/// statistics: U is the smallest x with min over λ of −Σ_j slots_j·ln(1 − λ(c_j − x)) ≤ ln(δ/32), a Chernoff
/// bound. So with probability 1 − δ all 32 factors have expectation ≤ 1 under every law within ε of F0. (lo,
/// hi) is the pair of h's own values with the largest growth rate under the alternative; alternatives without
/// gain are left out (`used` false, weight 0). Of few values (few_tilts.h) no law is clipped, and left out
/// are only those that no stream could make grow: each is of use against a change beyond the one it stands
/// for.
struct TolerantTables {
  struct Law {
    bool used = false;
    double weight = 0;                                // π renormalised over the used ones
    double lo = 0, hi = 0, upper = 0, variation = 0;  // U and TV
  };
  const Tilts* tilts = &drift::tilts();
  std::array<Law, kTilts> laws{};
  alignas(64) std::array<std::array<double, kTilts>, kBins> ratio{};
};

/// Errors: invalid_argument for α outside (0, 1) or ε outside (0, 0.5). Takes tens of milliseconds; the
/// result depends on the slots (that is, on m), ε and α alone, so features of one baseline size share it.
Result<TolerantTables> make_tolerant_tables(const Slots& slots, double tolerance, double alpha);

}  // namespace drover::drift
