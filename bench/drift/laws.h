#pragma once

#include <functional>
#include <string>
#include <vector>

#include "drift/simulation.h"

/// Streams: what an observation is, before a change and after.
namespace drover::bench {

/// The t-th value (from 0) after the change.
using Law =
    std::function<double(drift::simulation::Normal& normal, drift::SplitMix& random, std::uint64_t t)>;

struct Change {
  std::string name;
  Law law;
};

/// The values 0, 1, 2, … with the given shares; `noise` is added, uniform, by which they are all different.
inline Law shares(std::vector<double> of, double noise = 0) {
  return [of, noise](drift::simulation::Normal&, drift::SplitMix& random, std::uint64_t) {
    double u = random.uniform(), value = 0;
    for (const double share : of) {
      if (u < share) break;
      u -= share, ++value;
    }
    return value + noise * random.uniform();
  };
}

inline std::vector<Change> changes() {
  using drift::SplitMix, drift::simulation::Normal;
  const auto shifted = [](double by) {
    return [by](Normal& normal, SplitMix&, std::uint64_t) { return normal.next() + by; };
  };
  const auto scaled = [](double by) {
    return [by](Normal& normal, SplitMix&, std::uint64_t) { return normal.next() * by; };
  };
  const auto ramp = [](Normal& normal, SplitMix&, std::uint64_t t) {
    return normal.next() + 0.5 * std::min(1.0, static_cast<double>(t + 1) / 5000);
  };
  const auto bumps = [](Normal& normal, SplitMix& random, std::uint64_t) {
    return std::sqrt(1 - 0.81) * normal.next() + (random.uniform() < 0.5 ? -0.9 : 0.9);
  };
  return {{"mean +.25", shifted(0.25)}, {"mean +.5", shifted(0.5)}, {"mean +1", shifted(1)},
          {"sd x1.5", scaled(1.5)},     {"sd x.67", scaled(0.67)},  {"ramp +.5", ramp},
          {"two bumps .9", bumps}};
}

/// Unchanged streams of several laws, for false alarms.
inline std::vector<Change> unchanged() {
  using drift::SplitMix, drift::simulation::Normal;
  return {{"normal", [](Normal& normal, SplitMix&, std::uint64_t) { return normal.next(); }},
          {"lognormal", [](Normal& normal, SplitMix&, std::uint64_t) { return std::exp(normal.next()); }},
          {"cauchy", [](Normal& normal, SplitMix&, std::uint64_t) { return normal.next() / normal.next(); }},
          {"six values",
           [](Normal&, SplitMix& random, std::uint64_t) { return std::floor(6 * random.uniform()); }},
          {"confidence, 30 % at 1",
           [](Normal&, SplitMix& random, std::uint64_t) {
             return random.uniform() < 0.3 ? 1.0 : 1 - 0.5 * random.uniform() * random.uniform();
           }},
          {"constant", [](Normal&, SplitMix&, std::uint64_t) { return 1.0; }},
          {"two values, .1 at 1", shares({.9, .1})},
          {"four values", shares({.4, .3, .2, .1})}};
}

/// A change that a tolerance of .02 must bear: its KS distance from N(0,1) is .01994.
inline Change within_tolerance() {
  return {"normal, mean +.05", [](drift::simulation::Normal& normal, drift::SplitMix&, std::uint64_t) {
            return normal.next() + 0.05;
          }};
}

/// Streams of few values before and after changes.
struct Few {
  std::string name;
  std::vector<double> before;
  std::vector<std::pair<std::string, std::vector<double>>> after;
};
inline std::vector<Few> few() {
  return {{"two values, .1 at 1",
           {.9, .1},
           {{".12", {.88, .12}}, {".15", {.85, .15}}, {".2", {.8, .2}}, {".3", {.7, .3}}, {".05", {.95, .05}}}},
          {"two values, .01 at 1", {.99, .01}, {{".02", {.98, .02}}, {".05", {.95, .05}}, {".1", {.9, .1}}}},
          {"two values, even", {.5, .5}, {{".55", {.45, .55}}, {".6", {.4, .6}}, {".7", {.3, .7}}}},
          {"four values, .4 .3 .2 .1",
           {.4, .3, .2, .1},
           {{".35 .28 .22 .15", {.35, .28, .22, .15}},
            {".3 .2 .4 .1", {.3, .2, .4, .1}},
            {".4 .2 .3 .1", {.4, .2, .3, .1}},
            {"and a fifth, .02", {.392, .294, .196, .098, .02}}}}};
}

/// 1 with probability `rate`.
inline Law errors(double rate) {
  return [rate](drift::simulation::Normal&, drift::SplitMix& random, std::uint64_t) {
    return random.uniform() < rate ? 1.0 : 0.0;
  };
}

}  // namespace drover::bench
