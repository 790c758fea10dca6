// The urn detector's cost an observation: exact and tolerant, from the bin and with the search for it.
#include <benchmark/benchmark.h>

#include <cmath>
#include <numbers>

#include "drift/baseline.h"
#include "drift/urn/tolerant_urn.h"
#include "drift/urn/urn.h"

namespace {

using namespace drover::drift;

constexpr std::size_t kValues = 1 << 16;

/// Normal values by Box and Muller.
std::vector<float> normal_values(std::size_t count, std::uint64_t seed) {
  SplitMix random(seed);
  std::vector<float> values(count);
  for (float& value : values)
    value = static_cast<float>(std::sqrt(-2 * std::log(1 - random.uniform())) *
                               std::cos(2 * std::numbers::pi * random.uniform()));
  return values;
}

const Distribution& reference() {
  static const Distribution made = make_distribution(normal_values(10000, 1), 0, 1).value();
  return made;
}

Urn fresh(Urn*) { return Urn::make(reference().slots, {}).value(); }
TolerantUrn fresh(TolerantUrn*) {
  static const auto tables =
      std::make_shared<const TolerantTables>(make_tolerant_tables(reference().slots, 0.02, 0.01).value());
  return TolerantUrn::make(tables, {}).value();
}

/// ns an observation stand in the column "Time".
template <class Mode>
void with_search(benchmark::State& state) {
  const auto values = normal_values(kValues, 2);
  Mode urn = fresh(static_cast<Mode*>(nullptr));
  SplitMix ties(3);
  std::size_t at = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(urn.update(reference().bin(values[at], ties)));
    at = (at + 1) % kValues;
  }
  state.counters["state_bytes"] = sizeof(typename Mode::State);
}

template <class Mode>
void from_bin(benchmark::State& state) {
  const auto values = normal_values(kValues, 2);
  std::vector<std::uint8_t> bins;
  SplitMix ties(3);
  for (const float value : values) bins.push_back(static_cast<std::uint8_t>(reference().bin(value, ties)));
  Mode urn = fresh(static_cast<Mode*>(nullptr));
  std::size_t at = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(urn.update(bins[at]));
    at = (at + 1) % kValues;
  }
}

void search(benchmark::State& state) {
  const auto values = normal_values(kValues, 2);
  SplitMix ties(3);
  std::size_t at = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(reference().bin(values[at], ties));
    at = (at + 1) % kValues;
  }
}

BENCHMARK(with_search<Urn>)->Name("exact/search+update");
BENCHMARK(from_bin<Urn>)->Name("exact/update");
BENCHMARK(with_search<TolerantUrn>)->Name("tolerant/search+update");
BENCHMARK(from_bin<TolerantUrn>)->Name("tolerant/update");
BENCHMARK(search)->Name("search");

}  // namespace

BENCHMARK_MAIN();
