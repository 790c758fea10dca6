#pragma once

#include "drift/urn/tolerant_urn.h"
#include "drift/urn/urn.h"

/// The arithmetic of one observation over the 32 laws, for both modes: where the time goes.
namespace drover::drift {

/// Which instructions; both give the same bits (a test compares them).
enum class Width : bool { plain, widest };

/// S ← (S + w·π)·L, C, A and 1/A of every law, with n the urn's slots. Σ S.
double advance(Urn::State& state, const Tilts& table, std::size_t bin, double n, Width width = Width::widest);

/// The same with given factors L: S and C. Σ S.
double advance(TolerantUrn::State& state, const double* ratio, const double* weights,
               Width width = Width::widest);

}  // namespace drover::drift
