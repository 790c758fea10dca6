// A detector behind a thinning.
#include <algorithm>
#include <cmath>

#include "drift/checkpoint.h"
#include "drift/few_values.h"
#include "drift/thinning.h"

namespace drover::drift {
namespace {

constexpr std::string_view kLetters = "THIN";
constexpr std::uint32_t kVersion = 1;
constexpr double kScoreMax = 8;

using Scores = std::array<double, kBins>;

/// The middle of each bin in normal scores; the outermost lie where the levels' grid ends.
Scores normal_scores() {
  constexpr double kEnd = 3.5;
  const auto& z = levels().z;
  Scores scores{};
  for (std::size_t j = 0; j < kBins; ++j) scores[j] = (std::max(z[j], -kEnd) + std::min(z[j + 1], kEnd)) / 2;
  return scores;
}

/// Where a value's bins are not at the levels: its middle rank, scaled to deviation 1.
Scores rank_scores(const Distribution& few) {
  const double n = static_cast<double>(few.count) + 1;
  Scores scores{};
  double below = 0;
  for (std::size_t j = 0; j < kBins; ++j) {
    scores[j] = std::sqrt(12) * ((below + few.slots[j] / 2.0) / n - 0.5);
    below += few.slots[j];
  }
  return scores;
}

Scores scores_of(const Distribution& distribution) {
  return few_values(distribution.slots) == 0 ? normal_scores() : rank_scores(distribution);
}

class Thinned final : public ThinnedDetector {
 public:
  Thinned(std::unique_ptr<Detector> inner, const Reference& reference, const Thinning& thinning)
      : inner_(std::move(inner)), reference_(reference), thinning_(thinning) {
    if (reference_.distribution != nullptr) scores_ = scores_of(*reference_.distribution);
  }

  double observe(double value) override { return value; }

  std::optional<Alarm> take(double value) override {
    if (!thinning_.keep(score(value))) return std::nullopt;
    auto alarm = inner_->update(value);
    if (!alarm) return std::nullopt;
    const auto live = std::min(alarm->n, thinning_.kept());
    alarm->index = thinning_.seen();
    alarm->onset = thinning_.place(alarm->onset);
    alarm->n_effective =
        static_cast<double>(alarm->n - live) + thinning_.effective(static_cast<double>(live));
    return alarm;
  }

  void restart() override { inner_->restart(); }
  [[nodiscard]] std::optional<Standing> standing() const override { return inner_->standing(); }
  [[nodiscard]] const Thinning& thinning() const override { return thinning_; }

  [[nodiscard]] Bytes checkpoint() const override {
    CheckpointWriter writer(kLetters, kVersion);
    thinning_.each_field([&](const auto& field) { writer.put(field); });
    const Bytes inner = inner_->checkpoint();
    writer.put(static_cast<std::uint32_t>(inner.size())).put(inner);
    return std::move(writer).take();
  }

  Result<void> restore(ByteView state) override {
    CheckpointReader reader(state, kLetters, kVersion);
    Thinning thinning = thinning_;
    bool finite = true;
    thinning.each_field([&](auto& field) {
      reader.get(field);
      finite = finite && std::isfinite(static_cast<double>(field));
    });
    std::uint32_t size = 0;
    const ByteView inner = reader.get(size).bytes(size);
    if (auto whole = reader.finish(); !whole) return whole;
    if (!finite || !thinning.holds()) return fail(Code::bad_state, "the thinning's numbers do not add up");
    if (auto taken = inner_->restore(inner); !taken) return taken;
    thinning_ = thinning;
    return {};
  }

 private:
  [[nodiscard]] double score(double value) const {
    if (reference_.distribution != nullptr)
      return scores_[reference_.distribution->bin(static_cast<float>(value), std::uint32_t{1} << 31)];
    if (std::isnan(value)) value = kScoreMax;
    if (reference_.deviation > 0)
      return std::clamp((value - reference_.mean) / reference_.deviation, -kScoreMax, kScoreMax);
    constexpr double kMost = std::numeric_limits<float>::max();
    return std::clamp(value, -kMost, kMost);
  }

  std::unique_ptr<Detector> inner_;
  Reference reference_;
  Scores scores_{};  // of the distribution's bins
  Thinning thinning_;
};

}  // namespace

std::unique_ptr<ThinnedDetector> thin(std::unique_ptr<Detector> inner, const Reference& reference,
                                      Thinning thinning) {
  return std::make_unique<Thinned>(std::move(inner), reference, thinning);
}

}  // namespace drover::drift
