#pragma once

#include <cstddef>

namespace drover::drift {

/// P(D ≥ h/n) for two samples of n values each of one continuous law: 2 Σ_{i≥1} (−1)^{i+1} C(2n, n +
/// ih)/C(2n, n) (Gnedenko, Korolyuk 1951; Hodges 1958); with ties an upper bound. Relative error about 1e-12.
double ks_equal_p(std::size_t n, std::size_t h);

/// The least h with P(D ≥ h/n) ≤ α; n + 1 when there is none.
std::size_t ks_equal_critical(std::size_t n, double alpha);

/// The λ with P(K ≥ λ) = 2 Σ_{i≥1} (−1)^{i−1} exp(−2i²λ²) = α for Kolmogorov's law, to 1e-12.
double kolmogorov_critical(double alpha);

}  // namespace drover::drift
