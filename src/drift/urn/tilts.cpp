#include "drift/urn/tilts.h"

#include <algorithm>
#include <cmath>

#include "drift/normal.h"

namespace drover::drift {
namespace {

/// A normal law, or a mixture of two: share of the first, then mean and deviation of each.
struct Law {
  Tilt tilt;
  double weight;
  double share, mean, deviation;
  double other_mean = 0, other_deviation = 1;
};

constexpr double kWeightSum = 1.245;
constexpr double kAdaptiveWeight = 0.03;

Law shift(int sign, double delta, double weight) {
  return {{Family::location, sign, delta}, weight, 1, sign * delta, 1};
}
Law stretch(double s, double weight) { return {{Family::scale, s > 1 ? 1 : -1, s}, weight, 1, 0, s}; }
Law bumps(double mu, double weight) {
  const double deviation = std::sqrt(1 - mu * mu);
  return {{Family::two_bumps, 0, mu}, weight, 0.5, -mu, deviation, mu, deviation};
}
Law skew(int sign) { return {{Family::skew, sign, 0.45}, 0.01, 0.75, -sign * 0.45, 0.6, sign * 1.35, 0.7}; }
Law shift_and_stretch(int sign) { return {{Family::location_scale, sign, 0.6}, 0.01, 1, sign * 0.6, 1.4}; }

std::array<Law, kTilts> laws() {
  return {shift(+1, .12, .02),
          shift(+1, .22, .15),
          shift(+1, .32, .08),
          shift(+1, .5, .07),
          shift(+1, .75, .04),
          shift(+1, 1.1, .04),
          shift(+1, 1.7, .015),
          shift(+1, 2.6, .01),
          shift(-1, .12, .02),
          shift(-1, .22, .15),
          shift(-1, .32, .08),
          shift(-1, .5, .07),
          shift(-1, .75, .04),
          shift(-1, 1.1, .04),
          shift(-1, 1.7, .015),
          shift(-1, 2.6, .01),
          stretch(1.2, .03),
          stretch(1.5, .05),
          stretch(2, .025),
          stretch(4, .015),
          stretch(.85, .03),
          stretch(.67, .05),
          stretch(.45, .025),
          stretch(.15, .015),
          bumps(.75, .01),
          bumps(.92, .02),
          Law{{Family::peaked, 0, 0.6}, .015, 0.6, 0, 0.6, 0, 1.4},
          skew(+1),
          skew(-1),
          shift_and_stretch(+1),
          shift_and_stretch(-1),
          Law{{Family::part, 0, 3}, .01, 0.85, 0, 1, 0, 3}};
}

double below(const Law& law, double z) {
  return law.share * normal_cdf((z - law.mean) / law.deviation) +
         (1 - law.share) * normal_cdf((z - law.other_mean) / law.other_deviation);
}

float ratio(const Law& law, std::size_t bin) {
  const Levels& at = levels();
  const double mass = below(law, at.z[bin + 1]) - below(law, at.z[bin]);
  const double h = std::clamp(mass / (at.u[bin + 1] - at.u[bin]), kTiltMin, kTiltMax);
  return static_cast<float>(std::floor(h * 4096 + 0.5) / 4096);
}

Tilts compute() {
  Tilts made{};
  const auto all = laws();
  for (std::size_t k = 0; k < kTilts; ++k) {
    made.laws[k] = all[k].tilt;
    made.weights[k] = all[k].weight / kWeightSum;
    for (std::size_t j = 0; j < kBins; ++j) made.h[j][k] = ratio(all[k], j);
  }
  made.adaptive_weight = kAdaptiveWeight / kWeightSum;
  return made;
}

}  // namespace

std::string_view name_of(Family family) {
  switch (family) {
    case Family::location:
      return "location";
    case Family::scale:
      return "scale";
    case Family::two_bumps:
      return "two_bumps";
    case Family::peaked:
      return "peaked";
    case Family::skew:
      return "skew";
    case Family::location_scale:
      return "location_and_scale";
    case Family::part:
      return "part";
    case Family::share_1:
      return "share_of_value_1";
    case Family::share_2:
      return "share_of_value_2";
    case Family::share_3:
      return "share_of_value_3";
    case Family::share_4:
      return "share_of_value_4";
    case Family::unseen:
      return "unseen_value";
  }
  return "unknown";
}

const Tilts& tilts() {
  static const Tilts computed = compute();
  return computed;
}

}  // namespace drover::drift
