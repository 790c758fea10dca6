// What every row of the table of detectors must do.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <atomic>
#include <cstdlib>
#include <limits>
#include <new>

#include "drift/checkpoint.h"
#include "drift/detector.h"
#include "drift/simulation.h"

namespace {
std::atomic<std::uint64_t> allocations = 0;
}  // namespace
// ThreadSanitizer brings its own.
#if !__has_feature(thread_sanitizer)
void* operator new(std::size_t size) {
  ++allocations;
  if (void* const at = std::malloc(size)) return at;
  throw std::bad_alloc();
}
void operator delete(void* at) noexcept { std::free(at); }
void operator delete(void* at, std::size_t) noexcept { std::free(at); }
#endif

namespace drover::drift {
namespace {

using simulation::Normal;

const Reference& reference() {
  static const Distribution baseline = [] {
    Normal normal(1);
    return simulation::baseline_of(500, 1, [&] { return normal.next(); });
  }();
  static const Reference known{.distribution = &baseline, .mean = 0, .deviation = 1};
  return known;
}

std::unique_ptr<Detector> made(const DetectorKind& kind, const DetectorKind::Values& settings = {}) {
  return make_detector(kind.name, settings, reference()).value();
}

/// Observations that the kind takes: its law changes for the worse after the half.
std::vector<double> stream(const DetectorKind& kind, std::size_t n, std::uint64_t seed) {
  SplitMix random(seed);
  Normal normal(seed);
  std::vector<double> values(n);
  for (std::size_t i = 0; i < n; ++i) {
    const bool changed = i >= n / 2;
    values[i] = kind.takes == Takes::errors ? random.uniform() < (changed ? 0.6 : 0.1)
                                            : normal.next() + (changed ? 1.5 : 0);
  }
  return values;
}

void expect_equal(const std::optional<Alarm>& a, const std::optional<Alarm>& b) {
  ASSERT_EQ(a.has_value(), b.has_value());
  if (!a) return;
  EXPECT_EQ(a->index, b->index);
  EXPECT_EQ(a->statistic, b->statistic);
  EXPECT_EQ(a->threshold, b->threshold);
  EXPECT_EQ(a->n, b->n);
  EXPECT_EQ(a->family, b->family);
  EXPECT_EQ(a->direction, b->direction);
  EXPECT_EQ(a->onset, b->onset);
}

class EveryDetector : public ::testing::TestWithParam<std::string_view> {
 protected:
  const DetectorKind& kind_ = **detector_kind(GetParam());
};

INSTANTIATE_TEST_SUITE_P(Table, EveryDetector, ::testing::ValuesIn([] {
                           std::vector<std::string_view> names;
                           for (const DetectorKind& kind : detector_kinds()) names.push_back(kind.name);
                           return names;
                         }()),
                         [](const auto& row) { return std::string(row.param); });

TEST_P(EveryDetector, TellsTheNumbersThatMadeItsAlarm) {
  const auto values = stream(kind_, 4000, 2);
  auto detector = made(kind_);
  int true_alarms = 0;
  for (std::size_t i = 0; i < values.size() && true_alarms == 0; ++i) {
    const auto alarm = detector->update(values[i]);
    if (!alarm) continue;
    EXPECT_EQ(alarm->index, i + 1);
    EXPECT_TRUE(std::isfinite(alarm->statistic) && std::isfinite(alarm->threshold));
    if (kind_.name == "eddm")
      EXPECT_LT(alarm->statistic, alarm->threshold);
    else
      EXPECT_GE(alarm->statistic, alarm->threshold);
    EXPECT_GT(alarm->n, 0u);
    EXPECT_GT(alarm->n_effective, 0);
    EXPECT_FALSE(alarm->family.empty());
    EXPECT_LE(alarm->onset, alarm->index);
    true_alarms += i >= values.size() / 2;
    detector->restart();
  }
  EXPECT_EQ(true_alarms, 1) << "a change this large is found by each";
}

TEST_P(EveryDetector, GoesOnFromACheckpointTakenAnywhereToTheSameBits) {
  const auto values = stream(kind_, 1200, 3);
  rc::check("restored = uninterrupted", [&] {
    const std::size_t place = *rc::gen::inRange<std::size_t>(0, values.size());
    const bool restarted = *rc::gen::arbitrary<bool>();
    auto first = made(kind_), second = made(kind_);
    for (std::size_t i = 0; i < place; ++i) (void)first->update(values[i]);
    if (restarted) first->restart();
    const Bytes state = first->checkpoint();
    for (std::size_t i = 0; i < place / 2; ++i) (void)second->update(values[i] / 2);  // a past of its own
    RC_ASSERT(second->restore(state).has_value());
    RC_ASSERT(second->checkpoint() == state);
    for (std::size_t i = place; i < values.size(); ++i)
      expect_equal(first->update(values[i]), second->update(values[i]));
    RC_ASSERT(first->checkpoint() == second->checkpoint());
  });
}

TEST_P(EveryDetector, RefusesAWrongCheckpointAndStaysAsItIs) {
  auto detector = made(kind_);
  for (const double value : stream(kind_, 300, 4)) (void)detector->update(value);
  const Bytes good = detector->checkpoint();
  for (std::size_t length = 0; length < good.size(); length += 1 + length / 7)
    EXPECT_FALSE(detector->restore(ByteView(good).first(length))) << length;
  Bytes longer = good, newer = good;
  longer.push_back(0);
  newer[4] = 0xff;
  EXPECT_EQ(detector->restore(longer).error().code, Code::bad_state);
  EXPECT_EQ(detector->restore(newer).error().code, Code::unsupported);
  for (const DetectorKind& other : detector_kinds())
    if (other.name != kind_.name) EXPECT_FALSE(detector->restore(made(other)->checkpoint())) << other.name;
  EXPECT_EQ(detector->checkpoint(), good) << "a refused checkpoint changes nothing";
}

TEST_P(EveryDetector, RefusesACheckpointMadeWithAnotherSetting) {
  int tried = 0;
  for (const Setting& setting : kind_.settings) {
    double other = (setting.standard + setting.max) / 2;
    if (setting.whole) other = std::ceil(other);
    if (setting.standard == setting.max) other = setting.min;
    const auto detector = make_detector(kind_.name, {{std::string(setting.name), other}}, reference());
    if (!detector) continue;  // it does not go with the others
    ++tried;
    const auto taken = made(kind_)->restore((*detector)->checkpoint());
    ASSERT_FALSE(taken) << setting.name;
    EXPECT_EQ(taken.error().code, Code::bad_state) << setting.name;
  }
  EXPECT_GT(tried, 0);
}

TEST_P(EveryDetector, RefusesACheckpointMadeOverAnotherReference) {
  if (kind_.needs == Needs::nothing) return;
  const Distribution other = [] {
    Normal normal(2);
    return simulation::baseline_of(500, 1, [&] { return normal.next(); });
  }();
  const auto detector = make_detector(kind_.name, {}, {&other, 0.1, 1.1}).value();
  EXPECT_EQ(made(kind_)->restore(detector->checkpoint()).error().code, Code::bad_state);
}

TEST_P(EveryDetector, TakesAHostileCheckpointOrRefusesItWithoutFault) {
  auto detector = made(kind_);
  for (const double value : stream(kind_, 300, 5)) (void)detector->update(value);
  const Bytes good = detector->checkpoint();
  SplitMix random(6);
  int refused = 0;
  for (int round = 0; round < 2000; ++round) {
    Bytes bad = good;
    for (std::uint64_t flips = 1 + random.next() % 4; flips > 0; --flips)
      bad[random.next() % bad.size()] =
          static_cast<std::uint8_t>(random.next() % 3 == 0 ? 0xff : random.next());
    auto victim = made(kind_);
    const Bytes before = victim->checkpoint();
    if (!victim->restore(bad)) {
      ++refused;
      ASSERT_EQ(victim->checkpoint(), before);
    } else {
      for (int i = 0; i < 150; ++i) (void)victim->update(i % 2);
    }
  }
  EXPECT_GT(refused, 0);
}

TEST_P(EveryDetector, BeginsTheEvidenceAgainAtARestart) {
  const auto values = stream(kind_, 1000, 7);
  auto detector = made(kind_);
  for (std::size_t i = 0; i < 500; ++i) (void)detector->update(values[i]);
  // Half of a convincing change, forgotten: the other half alone must not be judged as the whole.
  std::size_t whole = 500;
  {
    auto other = made(kind_);
    for (std::size_t i = 0; i < 500; ++i) (void)other->update(values[i]);
    while (whole < 1000 && !other->update(values[whole])) ++whole;
  }
  ASSERT_LT(whole, 1000u);
  for (std::size_t i = 500; i < whole; ++i) ASSERT_FALSE(detector->update(values[i]));
  detector->restart();
  EXPECT_FALSE(detector->update(values[whole])) << "one more would have been an alarm";
}

TEST_P(EveryDetector, HasAnAnswerToNaNInfinityAndWhatItDoesNotTake) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  const bool bins = kind_.needs == Needs::distribution;
  auto plain = made(kind_), strange = made(kind_);
  const auto values = stream(kind_, 1000, 8);
  std::vector<double> odd = {std::nan(""), kInfinity, -kInfinity};
  if (kind_.takes == Takes::errors) odd.insert(odd.end(), {0.5, 2, -1});
  for (std::size_t i = 0; i < 500; ++i) {
    const auto a = plain->update(values[i]);
    if (i == 250)
      for (const double value : odd) EXPECT_FALSE(strange->update(value));
    const auto b = strange->update(values[i]);
    if (bins) continue;  // they count such values in the outermost bins
    ASSERT_EQ(a.has_value(), b.has_value());
    if (a) {
      EXPECT_EQ(a->statistic, b->statistic);
      EXPECT_EQ(b->index - a->index, i < 250 ? 0 : odd.size()) << "what is left out counts in the index";
    }
  }
  if (!bins) return;
  // A stream of them alone is a change as any other.
  for (const double value : {std::nan(""), kInfinity, -kInfinity})
    EXPECT_GT(simulation::first_alarm(*made(kind_), 2000, [value] { return value; }), 0u) << value;
}

TEST_P(EveryDetector, StandsAConstantStream) {
  for (const double value : {0.0, 1.0, 3e38}) {
    if (kind_.takes == Takes::errors && value > 1) continue;
    auto detector = made(kind_);
    for (int i = 0; i < 3001; ++i) (void)detector->update(value);  // alarms go unanswered
    auto other = made(kind_);
    EXPECT_TRUE(other->restore(detector->checkpoint())) << value;
  }
}

TEST_P(EveryDetector, AllocatesNothingForAnObservation) {
  auto detector = made(kind_);
  const auto values = stream(kind_, 3000, 9);
  (void)detector->update(values[0]);
  std::uint64_t alarms = 0;
  const std::uint64_t before = allocations;
  for (std::size_t i = 1; i < 1500; ++i) alarms += detector->update(values[i]).has_value();
  EXPECT_EQ(allocations - before, 0u);
  (void)alarms;
}

TEST(Detectors, RefuseASettingThatIsNotWholeWhereOnlyWholeOnesAre) {
  EXPECT_NE(make_detector("adwin", {{"clock", 1.5}}, {}).error().message.find("whole"), std::string::npos);
  EXPECT_FALSE(make_detector("kswin", {{"window_size", 20}}, {}));
  EXPECT_FALSE(make_detector("cusum", {}, {.mean = 1, .deviation = 0}));
}

}  // namespace
}  // namespace drover::drift
