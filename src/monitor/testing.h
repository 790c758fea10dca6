#pragma once

#include <initializer_list>
#include <memory>
#include <random>

#include "drift/baseline.h"
#include "monitor/window.h"

/// A small model line for this room's tests: features "light" and "noise", classes "good" and "defect".
namespace drover::monitor::testing {

inline std::vector<float> normal(std::size_t count, double mean, double deviation, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::normal_distribution<float> draw(static_cast<float>(mean), static_cast<float>(deviation));
  std::vector<float> values(count);
  for (float& value : values) value = draw(random);
  return values;
}

inline std::vector<float> confidences(std::size_t count, double mean, std::uint64_t seed) {
  std::vector<float> values = normal(count, mean, 0.05, seed);
  for (float& value : values) value = std::clamp(value, 0.0F, 1.0F);
  return values;
}

inline std::shared_ptr<const drift::Baseline> baseline() {
  static const auto made = [] {
    auto built = std::make_shared<drift::Baseline>();
    built->features["light"] = *drift::make_distribution(normal(2000, 100, 10, 1), 0, 1);
    built->features["noise"] = *drift::make_distribution(normal(2000, 5, 1, 2), 0, 2);
    built->order = {"noise", "light"};
    built->confidence = *drift::make_distribution(confidences(2000, 0.9, 3), 0, 3);
    built->classes = {{"good", 1600}, {"defect", 400}};
    return std::shared_ptr<const drift::Baseline>(std::move(built));
  }();
  return made;
}

inline const Scheme& scheme() {
  static const Scheme made = *Scheme::make(baseline(), {"good", "defect"});
  return made;
}

/// Features in record()'s order: noise, light.
inline ring::Record inference(std::uint64_t id, std::int32_t class_index, float confidence, float noise,
                              float light) {
  ring::Record record{.id = id, .timestamp_ns = 0, .latency_ns = 3'000'000};
  record.class_index = class_index;
  record.confidence = confidence;
  record.feature_count = 2;
  record.features[0] = noise;
  record.features[1] = light;
  return record;
}

/// `count` inferences like the baseline's, but for the light.
inline std::vector<ring::Record> inferences(std::size_t count, std::uint64_t seed, double light = 100,
                                            double confidence = 0.9) {
  const auto lights = normal(count, light, 10, seed), noises = normal(count, 5, 1, seed + 1);
  const auto sure = confidences(count, confidence, seed + 2);
  std::vector<ring::Record> records;
  for (std::size_t i = 0; i < count; ++i)
    records.push_back(inference(seed * 1'000'000 + i + 1, i % 5 == 0 ? 1 : 0, sure[i], noises[i], lights[i]));
  return records;
}

inline Window window_of(const std::vector<ring::Record>& records, std::int64_t begin_ms = 0,
                        std::int64_t end_ms = 60'000) {
  Window window = Window::of(scheme(), begin_ms, end_ms);
  for (const ring::Record& record : records) window.add(scheme(), record);
  return window;
}

}  // namespace drover::monitor::testing
