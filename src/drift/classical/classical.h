#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <type_traits>
#include <vector>

#include "drift/checkpoint.h"
#include "drift/detector.h"
#include "drift/made_of.h"

/// What the detectors that people know by name do alike: count, leave out what is no observation, begin anew
/// after an alarm, save and take a checkpoint.
///
/// None of them bounds the probability of a false alarm over a device's life: their settings fix how often
/// they err (a mean time between false alarms, or an error for each test made), so on a stream that never
/// changes each fires in the end. Their headers say what each does promise.
namespace drover::drift {

/// What a core found. `since` counts the observations taken from the place on where the change seems to have
/// begun, with the alarming one.
struct Finding {
  double statistic = 0, threshold = 0;
  std::uint64_t n = 0;
  std::string_view family, direction;
  double size = 0;
  std::uint64_t since = 0;
};

/// What a core may take; every other value (NaN and ±∞ among them) is left out, though it counts in
/// Alarm::index. Numbers are those that a float32 holds, so that no sum of squares overflows.
inline bool is_number(double value) { return std::abs(value) <= std::numeric_limits<float>::max(); }
inline bool is_zero_or_one(double value) { return value == 0 || value == 1; }

/// A Core has kLetters (of its checkpoint), takes(value), update(value) → optional<Finding>, reset(),
/// each_field(visit) over its state in the checkpoint's order, and holds(): whether its state is one that it
/// can be in, whoever wrote it. One that bins has observe(value) too.
template <typename Core>
class Classical : public Detector {
 public:
  /// `made_of`: the settings in their order and what was taken of the reference; a checkpoint of another make
  /// is refused.
  Classical(Core core, std::vector<double> made_of) : core_(std::move(core)), made_of_(std::move(made_of)) {}

  double observe(double value) override {
    if constexpr (requires { core_.observe(value); })
      return core_.observe(value);
    else
      return value;
  }
  std::optional<Alarm> take(double observed) override {
    ++index_;
    if (!Core::takes(observed)) return std::nullopt;
    const std::optional<Finding> found = core_.update(observed);
    if (!found) return std::nullopt;
    core_.reset();
    return alarm_of(*found);
  }
  void restart() override { core_.reset(); }

  [[nodiscard]] Bytes checkpoint() const override {
    CheckpointWriter writer(Core::kLetters, kVersion);
    writer.put(made_of_).put(index_);
    core_.each_field([&](const auto& field) { writer.put(field); });
    return std::move(writer).take();
  }

  Result<void> restore(ByteView state) override {
    CheckpointReader reader(state, Core::kLetters, kVersion);
    std::vector<double> made_of(made_of_.size());
    std::uint64_t index = 0;
    reader.get(made_of).get(index);
    Core core = core_;
    bool numbers = true;
    core.each_field([&](auto& field) {
      reader.get(field);
      numbers = numbers && has_no_nan(field);
    });
    if (auto whole = reader.finish(); !whole) return whole;
    if (made_of != made_of_)
      return fail(Code::bad_state, "the state was made with other settings or another reference");
    if (!numbers || !core.holds()) return fail(Code::bad_state, "the state's numbers do not add up");
    core_ = std::move(core);
    index_ = index;
    return {};
  }

 private:
  static constexpr std::uint32_t kVersion = 1;

  static bool has_no_nan(const auto& field) {
    using Field = std::remove_cvref_t<decltype(field)>;
    if constexpr (std::is_arithmetic_v<Field>)
      return !(field != field);
    else
      return std::ranges::all_of(field, [](const auto& part) { return has_no_nan(part); });
  }

  [[nodiscard]] Alarm alarm_of(const Finding& found) const {
    return {.index = index_,
            .statistic = found.statistic,
            .threshold = found.threshold,
            .n = found.n,
            .n_effective = static_cast<double>(found.n),
            .family = std::string(found.family),
            .direction = std::string(found.direction),
            .size = found.size,
            .onset = index_ - std::min(index_, found.since)};
  }

  Core core_;
  std::vector<double> made_of_;
  std::uint64_t index_ = 0;
};

/// A setting that is a whole number.
inline std::uint32_t count_of(const DetectorKind::Values& values, std::string_view name) {
  return static_cast<std::uint32_t>(values.find(name)->second);
}

}  // namespace drover::drift
