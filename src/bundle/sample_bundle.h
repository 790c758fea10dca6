#pragma once

// For tests: a small bundle with a model that is no model.
#include <string>

#include "bundle/archive.h"

namespace drover::bundle {

inline Manifest sample_manifest() {
  Manifest manifest;
  manifest.name = *ModelName::parse("defect");
  manifest.version = *Version::parse("1.2.0");
  manifest.created = *parse_time("2026-01-31T12:00:00Z");
  manifest.notes = "Lamp of line 3 in the training set.";
  manifest.inputs = {{"image", tables::DType::float32, {-1, 48, 48, 1}}};
  manifest.outputs = {{"scores", tables::DType::float32, {-1, 2}}};
  manifest.labels = {"good", "defect"};
  manifest.preprocess =
      Preprocess{.width = 48, .height = 48, .channels = Channels::grey, .scale = {1.0 / 255}};
  manifest.samples = Samples::images;
  manifest.requirements = {{"arch", "x86_64"}, {"label.line", "3"}};
  manifest.limits = {.latency_ms_max = 20.5, .memory_mb_max = 64};
  return manifest;
}

inline Bytes bytes_of(std::string_view text) { return {text.begin(), text.end()}; }

inline Members sample_members() {
  return {{"model.tflite", bytes_of("a model")},       {"golden/inputs.npy", bytes_of("inputs")},
          {"golden/outputs.npy", bytes_of("outputs")}, {"golden/tolerance.json", bytes_of("{}")},
          {"baseline.json", Bytes(700, 'b')},          {"policy.toml", {}}};
}

/// The whole file.
inline Bytes sample_bundle(const Manifest& manifest = sample_manifest(),
                           const Members& members = sample_members()) {
  Bytes file;
  const auto written = write_bundle(manifest, members, [&](ByteView bytes) {
    file.insert(file.end(), bytes.begin(), bytes.end());
    return Status();
  });
  return written ? file : Bytes();
}

/// Keeps what streams by.
class Collector : public Visitor {
 public:
  Status begin(const std::string& path, std::uint64_t) override {
    path_ = path;
    started.push_back(path);
    return {};
  }
  Status data(ByteView chunk) override {
    pending_.insert(pending_.end(), chunk.begin(), chunk.end());
    return {};
  }
  Status end() override {
    members[path_] = std::exchange(pending_, {});
    return {};
  }
  Members members;
  std::vector<std::string> started;

 private:
  std::string path_;
  Bytes pending_;
};

}  // namespace drover::bundle
