#include "drift/two_sample/ks.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "drift/two_sample/kolmogorov.h"
#include "drift/two_sample/lattice.h"

namespace drover::drift {
namespace {

constexpr std::uint64_t kExactMax = 10'000;
constexpr double kPointsMax = 2e10;

std::uint64_t chosen(const EcdfDistance& e, Alternative alternative) {
  if (alternative == Alternative::greater) return e.above;
  if (alternative == Alternative::less) return e.below;
  return std::max(e.above, e.below);
}

double asymptotic(const EcdfDistance& e, double d, bool two_sided) {
  const auto n = static_cast<double>(std::min(e.n, e.m)), m = static_cast<double>(std::max(e.n, e.m));
  const double effective = n * m / (n + m);
  if (two_sided) return kolmogorov_sf(static_cast<std::uint64_t>(std::nearbyint(effective)), d);
  const double z = std::sqrt(effective) * d;
  return std::min(1.0, std::exp(-2 * z * z - 2 * z * (m + 2 * n) / std::sqrt(m * n * (m + n)) / 3));
}

}  // namespace

Result<KsResult> ks_test(const EcdfDistance& e, Alternative alternative, KsMethod method) {
  if (e.n == 0 || e.m == 0) return fail(Code::invalid_argument, "an empty sample");
  const bool two_sided = alternative == Alternative::two_sided;
  const std::uint64_t k = chosen(e, alternative);
  KsResult result{.d = static_cast<double>(k) / (static_cast<double>(e.n) * static_cast<double>(e.m)),
                  .method = method};
  if (method == KsMethod::automatic)
    result.method = std::max(e.n, e.m) <= kExactMax ? KsMethod::exact : KsMethod::asymptotic;
  if (result.method == KsMethod::asymptotic) {
    result.p = asymptotic(e, result.d, two_sided);
    return result;
  }
  if (lattice_points(e.n, e.m, k, !two_sided) > kPointsMax)
    return fail(Code::invalid_argument,
                fmt::format("an exact p of {} against {} values would take minutes; take the asymptotic one",
                            e.n, e.m));
  result.p = paths_outside(e.n, e.m, k, !two_sided);
  return result;
}

}  // namespace drover::drift
