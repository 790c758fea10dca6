// A detector behind a thinning.
#include <algorithm>
#include <cmath>

#include "drift/checkpoint.h"
#include "drift/thinning.h"

namespace drover::drift {
namespace {

constexpr std::string_view kLetters = "THIN";
constexpr std::uint32_t kVersion = 1;
constexpr double kScoreMax = 8;

/// The middle of a bin in normal scores; the outermost lie where the levels' grid ends.
double score_of_bin(std::size_t bin) {
  constexpr double kEnd = 3.5;
  const auto& z = levels().z;
  return (std::max(z[bin], -kEnd) + std::min(z[bin + 1], kEnd)) / 2;
}

class Thinned final : public ThinnedDetector {
 public:
  Thinned(std::unique_ptr<Detector> inner, const Reference& reference, const Thinning& thinning)
      : inner_(std::move(inner)), reference_(reference), thinning_(thinning) {}

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
      return score_of_bin(reference_.distribution->bin(static_cast<float>(value), std::uint32_t{1} << 31));
    if (std::isnan(value)) value = kScoreMax;
    if (reference_.deviation > 0)
      return std::clamp((value - reference_.mean) / reference_.deviation, -kScoreMax, kScoreMax);
    constexpr double kMost = std::numeric_limits<float>::max();
    return std::clamp(value, -kMost, kMost);
  }

  std::unique_ptr<Detector> inner_;
  Reference reference_;
  Thinning thinning_;
};

}  // namespace

std::unique_ptr<ThinnedDetector> thin(std::unique_ptr<Detector> inner, const Reference& reference,
                                      Thinning thinning) {
  return std::make_unique<Thinned>(std::move(inner), reference, thinning);
}

}  // namespace drover::drift
