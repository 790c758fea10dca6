#pragma once

#include <span>

#include "loader.h"

namespace drover::sdk {

/// What one inference gave.
struct Answer {
  std::uint64_t id = 0;  // 0 when the record was dropped
  ring::Outcome outcome = ring::Outcome::ok;
  std::int32_t class_index = -1;
  float confidence = -1;
  std::uint64_t latency_ns = 0;
  Error error;  // of a failed one
};

/// Class and confidence by the first output. A single value has no class and is itself the confidence; values
/// outside [0, 1] (logits, say) are no confidence.
struct Top {
  std::int32_t class_index = -1;
  float confidence = -1;
};
Top top_of(std::span<const float> scores);

/// The ready session, for one thread at a time: takes what the loader has loaded between two inferences,
/// infers and records.
class Session {
 public:
  /// Puts one inference's inputs into the runtime's session.
  using Fill = std::function<Status(LoadedModel& model)>;

  Session(Handle& handle, std::unique_ptr<runtime::Engine> engine, runtime::SessionOptions options)
      : handle_(handle), loader_(handle, std::move(engine), std::move(options)) {}

  Status wait(std::chrono::milliseconds time_max) { return loader_.wait(time_max); }
  /// Errors, recorded nowhere: not_found and the loader's, while no model is loaded.
  Result<Answer> infer(const Fill& fill, std::span<const float> features);

  /// The model that made the last answer; null before the first.
  [[nodiscard]] const LoadedModel* model() const { return model_.get(); }
  [[nodiscard]] std::uint64_t swaps() const { return swaps_; }
  /// The last inference's outputs as float32; empty after one that failed.
  [[nodiscard]] const std::vector<std::vector<float>>& outputs() const { return outputs_; }

 private:
  void go_over();
  Status run(const Fill& fill, Answer& answer);
  Status read_outputs();

  Handle& handle_;
  Loader loader_;
  std::unique_ptr<LoadedModel> model_;
  std::vector<std::vector<float>> outputs_;
  std::uint64_t swaps_ = 0;
};

/// The inputs of an inference: an image through the manifest's preprocessing, or real values as they are.
struct ImageView {
  std::span<const std::uint8_t> pixels;
  std::int64_t height = 0, width = 0, channels = 0;
};
Status fill_image(LoadedModel& model, const ImageView& image);
Status fill_values(LoadedModel& model, std::span<const std::span<const float>> inputs);

}  // namespace drover::sdk
