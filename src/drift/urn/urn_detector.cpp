// The urn detector, exact or tolerant, behind the interface of all detectors.
#include "drift/checkpoint.h"
#include "drift/kinds.h"
#include "drift/made_of.h"
#include "drift/random.h"
#include "drift/urn/tolerant_urn.h"
#include "drift/urn/urn_state.h"

namespace drover::drift {
namespace {

constexpr std::string_view kKind = "URND";
constexpr std::uint32_t kVersion = 3;
constexpr std::array kSettings = {
    Setting{"alpha", "probability of any false alarm, ever", 0.01, 1e-9, 0.5},
    Setting{"tolerance", "shift of the distribution function that is no drift; 0 = exact mode", 0, 0, 0.3},
    Setting{"restarts", "1: divide alpha over the lives after restarts", 0, 0, 1, true},
    Setting{"life", "number of the first life: after a new baseline it goes on from the old one's", 1, 1, 1e6,
            true},
    Setting{"seed", "of the random numbers that break ties with an edge", 1, 0, 9007199254740992.0, true},
};

Alarm alarm_of(const auto& urn, std::uint64_t baseline_count) {
  const Leaning leaning = urn.leaning();
  const auto& tilt = leaning.tilt;
  return {.index = urn.seen(),
          .statistic = urn.statistic(),
          .threshold = urn.threshold(),
          .n = baseline_count + urn.seen(),
          .n_effective = static_cast<double>(baseline_count + urn.seen()),
          .family = std::string(name_of(tilt.family)),
          .direction = tilt.sign > 0   ? "up"
                       : tilt.sign < 0 ? "down"
                                       : "",
          .size = tilt.size,
          .onset = leaning.onset};
}

template <typename Mode>
class UrnDetector final : public Detector {
 public:
  UrnDetector(const Distribution& distribution, std::vector<double> made_of, std::uint64_t seed, Mode urn)
      : distribution_(distribution), made_of_(std::move(made_of)), random_(seed), urn_(std::move(urn)) {}

  double observe(double value) override {
    return static_cast<double>(distribution_.bin(static_cast<float>(value), random_));
  }
  std::optional<Alarm> take(double bin) override {
    if (!urn_.update(static_cast<std::size_t>(bin))) return std::nullopt;
    return alarm_of(urn_, distribution_.count);
  }
  void restart() override { urn_.restart(); }
  [[nodiscard]] std::optional<Standing> standing() const override {
    return Standing{.statistic = urn_.statistic(), .threshold = urn_.threshold()};
  }

  [[nodiscard]] Bytes checkpoint() const override {
    CheckpointWriter writer(kKind, kVersion);
    writer.put(made_of_).put(random_.state());
    write_state(writer, urn_.state());
    return std::move(writer).take();
  }

  Result<void> restore(ByteView state) override {
    CheckpointReader reader(state, kKind, kVersion);
    std::vector<double> made_of(made_of_.size());
    std::uint64_t seed = 0;
    reader.get(made_of).get(seed);
    typename Mode::State read{};
    read_state(reader, read);
    if (auto whole = reader.finish(); !whole) return whole;
    if (made_of != made_of_)
      return fail(Code::bad_state, "the state was made with other settings, or over another baseline");
    if (auto taken = urn_.restore(read); !taken) return taken;
    random_ = SplitMix(seed);
    return {};
  }

 private:
  const Distribution& distribution_;
  std::vector<double> made_of_;
  SplitMix random_;
  Mode urn_;
};

template <typename Mode>
Result<std::unique_ptr<Detector>> wrap(const DetectorKind::Values& values, const Distribution& distribution,
                                       Result<Mode> urn) {
  if (!urn) return std::unexpected(urn.error());
  return std::make_unique<UrnDetector<Mode>>(distribution, make_of(kSettings, values, distribution),
                                             static_cast<std::uint64_t>(values.at("seed")), std::move(*urn));
}

Result<std::unique_ptr<Detector>> make(const DetectorKind::Values& values, const Reference& reference) {
  const Distribution& distribution = *reference.distribution;
  const double alpha = values.at("alpha"), tolerance = values.at("tolerance");
  const Urn::Settings settings{.alpha = alpha,
                               .split = values.at("restarts") != 0,
                               .first_life = static_cast<std::uint32_t>(values.at("life"))};
  if (tolerance == 0 && distribution.rank_error > 0)
    return fail(Code::invalid_argument,
                "the exact mode needs a baseline of sorted values, not of a sketch: set a tolerance");
  if (tolerance == 0) return wrap(values, distribution, Urn::make(distribution.slots, settings));
  auto tables = make_tolerant_tables(distribution.slots, tolerance + distribution.rank_error, alpha);
  if (!tables) return std::unexpected(tables.error());
  return wrap(values, distribution,
              TolerantUrn::make(std::make_shared<const TolerantTables>(std::move(*tables)), settings));
}

}  // namespace

DetectorKind urn_kind() {
  return {
      "urn",
      "an alarm whose false-alarm probability holds for the device's whole life; names what changed and when",
      "Drover; after Shin, Ramdas, Rinaldo, arXiv 2203.03532",
      Needs::distribution,
      Takes::numbers,
      kSettings,
      true,
      make};
}

}  // namespace drover::drift
