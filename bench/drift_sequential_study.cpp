// Simulations too long for a test: how soon the update guard and the concept-drift detector decide, and how
// often they are wrong. Prints a table; every stream is seeded. bench/drift_sequential_study [share of the
// runs, 1].
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <vector>

#include "drift/concept/concept_drift.h"
#include "drift/guard/before_after.h"
#include "drift/guard/rules.h"
#include "drift/guard/update_guard.h"
#include "drift/simulation.h"

namespace {

using namespace drover::drift;

double share_of_runs = 1;

std::uint64_t runs(int full) { return static_cast<std::uint64_t>(std::max(1.0, full * share_of_runs)); }

std::uint64_t median(std::vector<std::uint64_t> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::ranges::nth_element(values, middle);
  return *middle;
}

void guard_delay(double times, double margin, std::uint64_t seeds, std::uint64_t known) {
  std::vector<std::uint64_t> pairs;
  std::array<std::uint64_t, 3> verdicts{};
  for (std::uint64_t seed = 0; seed < seeds; ++seed) {
    SplitMix random(seed);
    UpdateGuard guard = UpdateGuard::make({.margin = margin}).value();
    while (guard.verdict() == GuardVerdict::hold && guard.pairs() < 1'000'000)
      guard.update(simulation::chance(random, .05), simulation::chance(random, .05 * times));
    pairs.push_back(guard.pairs());
    ++verdicts[static_cast<std::size_t>(guard.verdict())];
  }
  fmt::print(
      "guard x{:<4} margin {:<4} median pairs {:>6} (known {:>6}); hold {}, promote {}, roll back {}\n",
      times, margin, median(pairs), known, verdicts[0], verdicts[1], verdicts[2]);
}

void guard_null(std::uint64_t seeds) {
  std::uint64_t rolled_back = 0, promoted = 0;
  for (std::uint64_t seed = 0; seed < seeds; ++seed) {
    SplitMix random(seed + 1'000'000);
    UpdateGuard guard = UpdateGuard::make({}).value();
    while (guard.verdict() == GuardVerdict::hold && guard.pairs() < 100'000)
      guard.update(simulation::chance(random, .05), simulation::chance(random, .055));
    rolled_back += guard.verdict() == GuardVerdict::roll_back;
    promoted += guard.verdict() == GuardVerdict::promote;
  }
  fmt::print("guard at the border, 100 000 pairs, alpha .01: {} rolled back, {} promoted of {}\n",
             rolled_back, promoted, seeds);
}

void naive(std::uint64_t seeds) {
  std::uint64_t wrong = 0;
  for (std::uint64_t seed = 0; seed < seeds; ++seed) {
    SplitMix random(seed);
    NaiveRule rule(.05, .1);
    bool rolled_back = false;
    for (int i = 0; i < 10'000 && !rolled_back; ++i)
      rolled_back = rule.update(simulation::chance(random, .05));
    wrong += rolled_back;
  }
  fmt::print("naive rule, unchanged at 5 %: {:.1f} % rolled back (known 72 %)\n",
             100.0 * static_cast<double>(wrong) / static_cast<double>(seeds));
}

std::uint64_t concept_alarm(double drop, std::uint64_t seed, std::uint64_t labels_max) {
  SplitMix random(seed);
  ConceptDrift drift = ConceptDrift::make().value();
  while (drift.labels() < labels_max) {
    const double confidence = .6 + .4 * random.uniform();
    if (drift.update(confidence, simulation::chance(random, confidence - drop))) return drift.labels();
  }
  return 0;
}

void concept_delay(double drop, std::uint64_t seeds, std::uint64_t known) {
  std::vector<std::uint64_t> labels;
  for (std::uint64_t seed = 0; seed < seeds; ++seed) labels.push_back(concept_alarm(drop, seed, 1'000'000));
  fmt::print("concept drift, accuracy -{:<4} median labels {:>6} (known {:>6})\n", drop, median(labels),
             known);
}

void concept_null(std::uint64_t seeds) {
  std::uint64_t alarms = 0;
  for (std::uint64_t seed = 0; seed < seeds; ++seed) alarms += concept_alarm(0, seed + 5000, 200'000) > 0;
  fmt::print("concept drift, calibrated, 200 000 labels: {} of {} alarm (known 0 of 200)\n", alarms, seeds);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc > 1) share_of_runs = std::strtod(argv[1], nullptr);
  guard_delay(3, .1, runs(1001), 243);
  guard_delay(2, .1, runs(1001), 783);
  guard_delay(1.5, .1, runs(501), 3500);
  guard_delay(1, .1, runs(101), 49000);
  guard_delay(1, .5, runs(501), 2800);
  guard_null(runs(200));
  naive(runs(2000));
  concept_delay(.05, runs(501), 4076);
  concept_delay(.10, runs(501), 723);
  concept_delay(.20, runs(501), 194);
  concept_null(runs(200));
}
