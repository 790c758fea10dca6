#include "drift/urn/advance.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/digest.h"
#include "drift/baseline.h"
#include "drift/detector.h"
#include "drift/simulation.h"

namespace drover::drift {
namespace {

const Distribution& reference() {
  static const Distribution made = make_distribution(simulation::Normal(1).floats(2000), 0, 1).value();
  return made;
}

RC_GTEST_PROP(Advance, GivesTheSameBitsAtEveryWidth, (std::uint64_t seed)) {
  SplitMix random(seed);
  Urn::State narrow = Urn::make(reference().slots, {}).value().state(), wide = narrow;
  TolerantUrn::State calm{}, calm_wide{};
  calm.sum.fill(.01), calm_wide.sum.fill(.01);
  calm.weight = calm_wide.weight = 1e-6;
  alignas(64) std::array<double, kTilts> ratio{};
  for (int t = 0; t < 100; ++t) {
    const std::size_t bin = random.next() % kBins;
    const double n = 2001.0 + t;
    RC_ASSERT(advance(narrow, tilts(), bin, n, Width::plain) ==
              advance(wide, tilts(), bin, n, Width::widest));
    for (double& value : ratio) value = 2 * random.uniform();
    RC_ASSERT(advance(calm, ratio.data(), tilts().weights.data(), Width::plain) ==
              advance(calm_wide, ratio.data(), tilts().weights.data(), Width::widest));
  }
  RC_ASSERT(narrow.sum == wide.sum && narrow.urn_sum == wide.urn_sum && narrow.reciprocal == wide.reciprocal);
  RC_ASSERT(narrow.cusum == wide.cusum && narrow.cusum_min == wide.cusum_min);
  RC_ASSERT(calm.sum == calm_wide.sum && calm.cusum == calm_wide.cusum &&
            calm.cusum_min == calm_wide.cusum_min);
}

TEST(Advance, TheReciprocalNeverErrsTowardsAnAlarm) {
  // Inside a block 1/A is kept by Newton steps, which err below; rounding adds at most a few units of 2^-53.
  Urn urn = Urn::make(reference().slots, {}).value();
  SplitMix random(3);
  for (int t = 0; t < 20000; ++t) {
    urn.update(random.next() % kBins);
    for (std::size_t k = 0; k < kTilts; ++k)
      ASSERT_LE(urn.state().reciprocal[k] * urn.state().urn_sum[k], 1 + 64 * 0x1p-53) << t;
  }
}

TEST(Advance, TheStatesAreTheSameBitsOnEveryMachine) {
  // Whole numbers alone decide the bins of the exact mode, so that nothing but the detector's arithmetic is
  // pinned.
  Distribution even{.count = 255};
  for (std::size_t j = 0; j < kBins - 1; ++j) even.edges[j] = static_cast<float>(j) + .5F;
  even.slots.fill(4);
  auto detector = make_detector("urn", {}, {.distribution = &even}).value();
  SplitMix random(5);
  for (int t = 0; t < 5000; ++t) detector->update(static_cast<double>(random.next() % 64));
  EXPECT_EQ(sha256(detector->checkpoint()).hex(),
            "86f7d856c5955390ea6bd165d905ad462da5be530458956cd8ddf1d4c3001c0b");
}

}  // namespace
}  // namespace drover::drift
