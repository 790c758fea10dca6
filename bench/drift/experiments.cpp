#include "experiments.h"

#include <ctime>

namespace drover::bench {
namespace {

using drift::SplitMix, drift::simulation::Normal;

double cpu_ns() {
  timespec now{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e9 + static_cast<double>(now.tv_nsec);
}

/// A law with the generators it draws from.
struct Source {
  const Law& law;
  Normal normal;
  SplitMix random;
  std::uint64_t t = 0;

  Source(const Law& of, std::uint64_t seed) : law(of), normal(2 * seed), random(2 * seed + 1) {}
  double next() { return law(normal, random, t++); }
};

/// Distinct seeds of distinct purposes.
std::uint64_t seed_of(std::uint64_t seed, std::uint64_t purpose) {
  return SplitMix(seed * 1'000'003 + purpose).next() >> 2;
}

struct Known {
  drift::Distribution distribution;
  double mean = 0, deviation = 0;
  Known(const Law& law, std::size_t m, std::uint64_t seed) {
    Source source(law, seed);
    std::vector<float> values(m);
    double squares = 0, n = 0;
    for (float& value : values) {
      value = static_cast<float>(source.next());
      const double before = mean;
      n += 1, mean += (value - mean) / n, squares += (value - before) * (value - mean);
    }
    deviation = std::sqrt(squares / (n - 1));
    distribution = drift::make_distribution(values, 0, seed).value();
  }
  [[nodiscard]] drift::Reference reference() const {
    // A constant baseline has no deviation; 1 lets every contender run on it.
    return {.distribution = &distribution, .mean = mean, .deviation = deviation > 0 ? deviation : 1};
  }
};

double median(std::vector<double> values) {
  if (values.empty()) return 0;
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::ranges::nth_element(values, middle);
  return *middle;
}

/// One contender's figures at one T.
struct Cell {
  std::vector<std::vector<double>> delays;  // by change; `most` + 1 stands for never
  int early = 0;                            // streams with an alarm before T
};

/// `probe` is a detector of that make, whatever it has seen; nullptr for "always".
double delay_of(drift::Detector* probe, const Bytes& state, const Law& law, std::uint64_t seed,
                std::uint64_t most) {
  if (probe == nullptr) return 1;
  probe->restore(state).value();
  Source source(law, seed);
  for (std::uint64_t t = 1; t <= most; ++t)
    if (probe->update(source.next())) return static_cast<double>(t);
  return static_cast<double>(most + 1);
}

}  // namespace

nlohmann::ordered_json cost(std::uint64_t observations, int rounds) {
  nlohmann::ordered_json table = nlohmann::ordered_json::array();
  const Law normal = unchanged().front().law, error = errors(0.05);
  const auto measure = [&](const Contender& who, const Law& law) {
    const Known known(law, 10'000, 1);
    Source source(law, 2);
    std::vector<double> values(observations);
    for (double& value : values) value = source.next();
    double best = 0;
    std::size_t bytes = 0;
    for (int round = 0; round < rounds; ++round) {
      const auto detector = make(who, known.reference());
      std::uint64_t alarms = 0;
      const double start = cpu_ns();
      for (const double value : values) alarms += detector->update(value).has_value();
      const double each = (cpu_ns() - start) / static_cast<double>(observations);
      best = round == 0 ? each : std::min(best, each);
      bytes = detector->checkpoint().size();
      if (alarms == observations) fmt::print(stderr, "{} alarms always\n", who.label);
    }
    table.push_back({{"detector", who.label}, {"ns", best}, {"checkpoint_bytes", bytes}});
  };
  for (const Contender& who : contenders())
    if (who.kind != "always") measure(who, normal);
  for (const Contender& who : error_contenders())
    if (who.kind.ends_with("dm") || who.kind.starts_with("hddm")) measure(who, error);
  return table;
}

nlohmann::ordered_json delays(const Delays& setup, const std::vector<Contender>& who, const Law& before,
                              const std::vector<Change>& after) {
  std::vector<std::vector<Cell>> cells(
      setup.changes_at.size(),
      std::vector<Cell>(who.size(), {.delays = std::vector<std::vector<double>>(after.size())}));
  for (int s = 1; s <= setup.seeds; ++s) {
    const auto seed = static_cast<std::uint64_t>(s);
    const Known known(before, setup.baseline, seed_of(seed, 0));
    std::vector<std::unique_ptr<drift::Detector>> detectors, probes;
    for (const Contender& one : who) {
      detectors.push_back(make(one, known.reference()));
      probes.push_back(make(one, known.reference()));
    }
    std::vector<bool> early(who.size());
    Source source(before, seed_of(seed, 1));
    for (std::size_t at = 0; at < setup.changes_at.size(); ++at) {
      while (source.t < setup.changes_at[at]) {
        const double value = source.next();
        for (std::size_t i = 0; i < who.size(); ++i) {
          if (who[i].latest_change < setup.changes_at[at]) continue;
          if (detectors[i] && !detectors[i]->update(value)) continue;
          early[i] = true;
          if (detectors[i]) detectors[i]->restart();
        }
      }
      for (std::size_t i = 0; i < who.size(); ++i) {
        if (who[i].latest_change < setup.changes_at[at]) continue;
        cells[at][i].early += early[i];
        const Bytes state = detectors[i] ? detectors[i]->checkpoint() : Bytes();
        for (std::size_t c = 0; c < after.size(); ++c)
          cells[at][i].delays[c].push_back(
              delay_of(probes[i].get(), state, after[c].law, seed_of(seed, 10 + 100 * at + c), setup.most));
      }
    }
  }
  nlohmann::ordered_json table = nlohmann::ordered_json::array();
  for (std::size_t at = 0; at < setup.changes_at.size(); ++at) {
    for (std::size_t i = 0; i < who.size(); ++i) {
      if (who[i].latest_change < setup.changes_at[at]) continue;
      nlohmann::ordered_json row = {{"T", setup.changes_at[at]}, {"detector", who[i].label}};
      for (std::size_t c = 0; c < after.size(); ++c) {
        const auto& found = cells[at][i].delays[c];
        const auto never = std::ranges::count(found, static_cast<double>(setup.most + 1));
        const double middle = median(found);
        row["median"][after[c].name] = middle > static_cast<double>(setup.most)
                                           ? nlohmann::ordered_json()
                                           : nlohmann::ordered_json(middle);
        row["never"][after[c].name] = never;
      }
      row["streams_with_an_alarm_before"] = cells[at][i].early;
      row["streams"] = setup.seeds;
      table.push_back(row);
    }
  }
  return table;
}

nlohmann::ordered_json false_alarms(const Contender& who, const Law& before, const Law& law, int streams,
                                    std::uint64_t length, std::uint64_t baseline, int first_seed) {
  std::vector<double> first;
  for (int s = first_seed; s < first_seed + streams; ++s) {
    const auto seed = static_cast<std::uint64_t>(s);
    const Known known(before, baseline, seed_of(seed, 2));
    const auto detector = make(who, known.reference());
    Source source(law, seed_of(seed, 3));
    const std::uint64_t index =
        detector ? drift::simulation::first_alarm(*detector, length, [&] { return source.next(); }) : 1;
    if (index > 0) first.push_back(static_cast<double>(index));
  }
  return {{"detector", who.label}, {"alarms", first.size()}, {"streams", streams},
          {"length", length},      {"baseline", baseline},   {"median_first_alarm", median(first)}};
}

}  // namespace drover::bench
