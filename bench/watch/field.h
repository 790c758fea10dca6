#pragma once

#include <array>
#include <cmath>
#include <cstdint>
#include <memory>
#include <numbers>
#include <vector>

#include "drift/baseline.h"
#include "drift/random.h"
#include "drift/simulation.h"
#include "ring/record.h"

/// A device in the field in which nothing is wrong, a second at a time: the stream of
/// docs/operating/false-alarms.md.
namespace drover::bench {

inline constexpr int kFeatures = 6;

/// How the field differs from the training set without anything having changed.
struct FieldOptions {
  double dependence = 0.5;    // AR(1) between seconds, of every feature and of the confidence
  double daily_shift = 0.045;  // in standard deviations at noon and at midnight: a distance of 0.018 at most
  double hot_hours = 3;       // a day in which the clock is throttled and latency doubles
  double confidence_mean = 0.78;
};

class Field {
 public:
  Field(FieldOptions options, std::uint64_t seed) : options_(options), random_(seed), noise_(random_.next()) {
    for (int i = 0; i <= kFeatures; ++i) streams_.emplace_back(options.dependence, random_.next());
  }

  /// The inference of this second.
  ring::Record at(std::int64_t second) {
    const double hour = static_cast<double>(second % 86'400) / 3600;
    const double shift = options_.daily_shift * std::sin(2 * std::numbers::pi * hour / 24);
    ring::Record record{.id = static_cast<std::uint64_t>(second) + 1};
    record.feature_count = kFeatures;
    for (int i = 0; i < kFeatures; ++i) record.features[static_cast<std::size_t>(i)] = value(i, shift);
    record.confidence = confidence(streams_[kFeatures].next() + shift);
    record.class_index = random_.uniform() < 0.2 ? 1 : 0;
    const double latency_ms = (hour < options_.hot_hours ? 2 : 1) * std::exp(1 + 0.2 * noise_.next());
    record.latency_ns = static_cast<std::uint64_t>(latency_ms * 1e6);
    return record;
  }

  /// Independent inferences of a device like it: what the model's baseline is made of.
  static std::shared_ptr<const drift::Baseline> baseline(FieldOptions options, std::size_t count,
                                                         std::uint64_t seed) {
    options.dependence = 0;
    Field training(options, seed);
    std::array<std::vector<float>, kFeatures + 1> columns;
    auto made = std::make_shared<drift::Baseline>();
    for (std::size_t i = 0; i < count; ++i) {
      const ring::Record record = training.at(0);
      for (std::size_t f = 0; f < kFeatures; ++f) columns[f].push_back(record.features[f]);
      columns[kFeatures].push_back(record.confidence);
      ++made->classes[record.class_index == 1 ? "defect" : "good"];
    }
    for (std::size_t f = 0; f < kFeatures; ++f) {
      const std::string name = "f" + std::to_string(f);
      made->features[name] = *drift::make_distribution(columns[f], 0, seed + f);
      made->order.push_back(name);
    }
    made->confidence = *drift::make_distribution(columns[kFeatures], 0, seed + kFeatures);
    return made;
  }

 private:
  /// Of several forms: normal, lognormal, bounded.
  float value(int feature, double shift) {
    const double z = streams_[static_cast<std::size_t>(feature)].next() + shift;
    if (feature % 3 == 0) return static_cast<float>(100 + 15 * z);
    if (feature % 3 == 1) return static_cast<float>(std::exp(0.5 * z));
    return static_cast<float>(1 / (1 + std::exp(-z)));
  }
  [[nodiscard]] float confidence(double z) const {
    return static_cast<float>(std::clamp(options_.confidence_mean + 0.12 * z, 0.0, 1.0));
  }

  FieldOptions options_;
  drift::SplitMix random_;
  drift::simulation::Normal noise_;
  std::vector<drift::simulation::Autoregressive> streams_;
};

}  // namespace drover::bench
