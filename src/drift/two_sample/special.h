#pragma once

/// Special functions of Boost.Math, which is costly to compile and therefore stands in one unit.
namespace drover::drift {

/// P(χ²_dof > x) = Q(dof/2, x/2); 1 for x ≤ 0 or dof = 0. Relative error ~1e-14.
double chi_square_sf(double x, double dof);
/// The modified Bessel function K of order ¼, x > 0. Relative error ~1e-14.
double bessel_k_quarter(double x);

}  // namespace drover::drift
