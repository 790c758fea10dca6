#include <fmt/format.h>

#include <chrono>
#include <cstdlib>
#include <thread>

#include "drift/random.h"
#include "drift/two_sample/ks.h"

/// two_sample_bench [COUNT]: seconds of a Kolmogorov–Smirnov test of COUNT against COUNT float64 (10^7 unless
/// told), from unsorted samples to p. bench/two_sample_peer runs it beside scipy.
int main(int argc, char** argv) {
  using namespace drover::drift;
  using Clock = std::chrono::steady_clock;
  const std::size_t asked = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 0;
  const std::size_t count = asked > 0 ? asked : 10'000'000;
  SplitMix random(1);
  const auto draw = [&] {
    std::vector<double> values(count);
    for (double& value : values) value = random.uniform() + random.uniform() + random.uniform() - 1.5;
    return values;
  };
  std::vector<double> a = draw(), b = draw();
  const auto begin = Clock::now();
  const Sample one = *Sample::make(std::move(a)), two = *Sample::make(std::move(b));
  const auto sorted = Clock::now();
  const auto ks = ks_test(ecdf_distance(one, two), Alternative::two_sided, KsMethod::asymptotic);
  const auto tested = Clock::now();
  const RankSums sums = rank_sums(one, two);
  const std::chrono::duration<double> all = Clock::now() - tested, sort = sorted - begin,
                                      ks_only = tested - begin;
  fmt::print(
      "{{\"count\":{},\"threads\":{},\"sort_s\":{:.4f},\"ks_s\":{:.4f},\"all_rank_sums_s\":{:.4f},\"d\":{},"
      "\"p\":{},"
      "\"wasserstein\":{}}}\n",
      count, std::thread::hardware_concurrency(), sort.count(), ks_only.count(), all.count(), ks->d, ks->p,
      sums.wasserstein);
}
