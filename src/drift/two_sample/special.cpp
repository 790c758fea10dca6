#include "drift/two_sample/special.h"

#include <boost/math/special_functions/bessel.hpp>
#include <boost/math/special_functions/gamma.hpp>

namespace drover::drift {

double chi_square_sf(double x, double dof) {
  if (!(x > 0) || dof <= 0) return 1;
  return std::isinf(x) ? 0 : boost::math::gamma_q(dof / 2, x / 2);
}

double bessel_k_quarter(double x) { return x > 700 ? 0 : boost::math::cyl_bessel_k(0.25, x); }

}  // namespace drover::drift
