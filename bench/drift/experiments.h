#pragma once

#include <nlohmann/json.hpp>

#include "contenders.h"
#include "laws.h"

/// What is measured; each answers a JSON document of its figures.
namespace drover::bench {

/// CPU nanoseconds an observation on N(0,1) (the least of `rounds`), and bytes of a checkpoint after it.
nlohmann::ordered_json cost(std::uint64_t observations, int rounds);

struct Delays {
  int seeds;
  std::vector<std::uint64_t> changes_at;  // T
  std::uint64_t baseline = 10'000, most = 20'000;
};

/// Median observations from a change after T unchanged ones to the alarm, by contender and change; `never` is
/// the share of streams without one in 20 000. Every contender sees the same streams. One that alarms before
/// T is restarted, and that is counted.
nlohmann::ordered_json delays(const Delays& setup, const std::vector<Contender>& who, const Law& before,
                              const std::vector<Change>& after);

/// How many of `streams` streams of `length` that changed from `before` to `law` no more than the detector is
/// to bear alarm, and after how many observations in the median.
nlohmann::ordered_json false_alarms(const Contender& who, const Law& before, const Law& law, int streams,
                                    std::uint64_t length, std::uint64_t baseline, int first_seed = 1);

}  // namespace drover::bench
