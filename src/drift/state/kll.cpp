#include "drift/state/kll.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "drift/state/counters.h"

namespace drover::drift {

/// What a device keeps of a feature beside its detector.
static_assert(sizeof(Counters) + sizeof(Kll) < 4096);
static_assert(Kll::kItemsMax <= 0xffff);

namespace {

/// kll_level_capacity and kll_capacity, at hand for every value.
struct Capacities {
  std::array<std::uint16_t, Kll::kLevelsMax> from_top{};
  std::array<std::uint16_t, Kll::kLevelsMax + 1> of_levels{};
};
constexpr Capacities kCapacities = [] {
  Capacities made;
  for (std::size_t d = 0; d < Kll::kLevelsMax; ++d) {
    made.from_top[d] = static_cast<std::uint16_t>(kll_level_capacity(d));
    made.of_levels[d + 1] = static_cast<std::uint16_t>(kll_capacity(d + 1));
  }
  return made;
}();

}  // namespace

Kll::Kll(std::uint64_t seed) : random_(seed) { bounds_.fill(kItemsMax); }

void Kll::add(float value) {
  if (count_ >= kCountMax) return;
  insert(0, std::isnan(value) ? std::numeric_limits<float>::infinity() : value);
  ++count_;
}

void Kll::add_level() {
  bounds_[levels_ + 1U] = bounds_[levels_];
  ++levels_;
}

/// Puts a value into level h, in order but for level 0; all below it moves down by one place.
void Kll::insert(std::size_t h, float value) {
  if (retained() >= kCapacities.of_levels[levels_]) make_room();
  const std::span<float> own = level(h);
  const auto place = h == 0 ? own.begin() : std::ranges::lower_bound(own, value);
  float* const at = own.data() + (place - own.begin());
  float* const first = items_.data() + bounds_[0];
  std::move(first, at, first - 1);
  *(at - 1) = value;
  for (std::size_t i = 0; i <= h; ++i) --bounds_[i];
}

/// When the sketch is full some level has reached its capacity, since the capacities sum to that of the
/// whole.
void Kll::make_room() {
  std::size_t h = 0;
  while (level(h).size() < kCapacities.from_top[levels_ - 1 - h]) ++h;
  if (h + 1U == levels_) add_level();
  compact(h);
}

/// Every other value of level h moves to h + 1; an odd one out stays.
void Kll::compact(std::size_t h) {
  std::span<float> own = level(h);
  const std::size_t odd = own.size() % 2, half = own.size() / 2;
  const std::span<float> pairs = own.subspan(odd);
  if (h == 0) std::ranges::sort(pairs);
  const std::size_t offset = random_.next() >> 63;
  std::array<float, kItemsMax> chosen;
  for (std::size_t i = 0; i < half; ++i) chosen[i] = pairs[2 * i + offset];
  float* above = items_.data() + bounds_[h + 1];
  const float* const end = items_.data() + bounds_[h + 2];
  float* to = above - half;
  for (std::size_t i = 0; i < half;) *to++ = above == end || chosen[i] <= *above ? chosen[i++] : *above++;
  bounds_[h + 1] = static_cast<std::uint16_t>(bounds_[h + 1] - half);
  float* const first = items_.data() + bounds_[0];
  std::move_backward(first, own.data() + odd, own.data() + odd + half);
  for (std::size_t i = 0; i <= h; ++i) bounds_[i] = static_cast<std::uint16_t>(bounds_[i] + half);
}

Status Kll::merge(const Kll& other) {
  if (other.count_ > kCountMax - count_)
    return fail(Code::too_many, "a sketch of more than 2^39 values cannot be made");
  const Kll source = other;  // it may be this very sketch
  while (levels_ < source.levels_) add_level();
  for (std::size_t h = 0; h < source.levels_; ++h)
    for (const float value : source.level(h)) insert(h, value);
  count_ += source.count_;
  return {};
}

double Kll::rank(float x) const {
  if (count_ == 0) return 0;
  std::uint64_t below = 0;
  for (std::size_t h = 0; h < levels_; ++h)
    below += static_cast<std::uint64_t>(std::ranges::count_if(level(h), [x](float v) { return v <= x; }))
             << h;
  return static_cast<double>(below) / static_cast<double>(count_);
}

std::span<const Kll::Item> Kll::sorted(Items& room) const {
  std::size_t size = 0;
  for (std::size_t h = 0; h < levels_; ++h)
    for (const float value : level(h)) room[size++] = {value, std::uint64_t{1} << h};
  std::ranges::sort(room.begin(), room.begin() + static_cast<std::ptrdiff_t>(size), {}, &Item::value);
  return {room.data(), size};
}

float Kll::quantile(double q) const {
  Items room;
  const double wanted = q * static_cast<double>(count_);
  std::uint64_t below = 0;
  for (const Item& item : sorted(room)) {
    below += item.weight;
    if (static_cast<double>(below) >= wanted) return item.value;
  }
  return std::numeric_limits<float>::quiet_NaN();
}

bool Kll::operator==(const Kll& other) const {
  if (count_ != other.count_ || random_.state() != other.random_.state() || levels_ != other.levels_)
    return false;
  for (std::size_t h = 0; h < levels_; ++h)
    if (!std::ranges::equal(level(h), other.level(h))) return false;
  return true;
}

Result<SketchKs> sketch_ks(const Kll& a, const Kll& b, double alpha) {
  if (a.count() == 0 || b.count() == 0)
    return fail(Code::invalid_argument, "an empty sketch cannot be compared");
  if (!(alpha > 0 && alpha < 1)) return fail(Code::invalid_argument, "alpha must lie between 0 and 1");
  const double n = static_cast<double>(a.count()), m = static_cast<double>(b.count());
  Kll::Items room_a, room_b;
  const auto left = a.sorted(room_a), right = b.sorted(room_b);
  SketchKs test;
  std::uint64_t below_a = 0, below_b = 0;
  for (auto i = left.begin(), j = right.begin(); i != left.end() || j != right.end();) {
    const float x = j == right.end() || (i != left.end() && i->value <= j->value) ? i->value : j->value;
    for (; i != left.end() && i->value == x; ++i) below_a += i->weight;
    for (; j != right.end() && j->value == x; ++j) below_b += j->weight;
    test.distance = std::max(test.distance,
                             std::abs(static_cast<double>(below_a) / n - static_cast<double>(below_b) / m));
  }
  test.threshold = std::sqrt(-std::log(alpha / 2) / 2) * std::sqrt((n + m) / (n * m)) + a.rank_error(true) +
                   b.rank_error(true);
  return test;
}

}  // namespace drover::drift
