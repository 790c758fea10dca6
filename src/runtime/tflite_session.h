#pragma once

#include <memory>

#include "runtime/engine.h"
#include "runtime/model_file.h"
#include "runtime/tflite_api.h"
#include "runtime/tflite_delegates.h"

namespace drover::runtime::tflite {

/// Collects what the runtime says, for the next Error.
class Messages {
 public:
  explicit Messages(std::function<void(std::string_view)> log) : log_(std::move(log)) {}
  static void report(void* user, const char* format, std::va_list arguments);
  /// What was said since the last call; "it gave no reason" when nothing was.
  std::string take();

 private:
  std::function<void(std::string_view)> log_;
  std::string text_;
};

class TfliteSession final : public Session {
 public:
  static Result<std::unique_ptr<Session>> load(std::shared_ptr<const Api> api, Bytes model,
                                               const SessionOptions& options);
  ~TfliteSession() override;

  [[nodiscard]] const std::vector<TensorSpec>& inputs() const override { return inputs_; }
  [[nodiscard]] const std::vector<TensorSpec>& outputs() const override { return outputs_; }
  [[nodiscard]] SessionInfo info() const override;
  Status resize(const std::vector<std::vector<std::int64_t>>& shapes) override;
  Status set_input(std::size_t index, const Tensor& value) override;
  Status invoke() override;
  Result<Tensor> output(std::size_t index, std::optional<DType> as) override;
  Status reset_state() override;
  std::span<std::uint8_t> input_bytes(std::size_t index) override;
  ByteView output_bytes(std::size_t index) override;

 private:
  TfliteSession(std::shared_ptr<const Api> api, Bytes model, const SessionOptions& options);
  Status read_specs();
  Status build(const std::vector<std::vector<std::int64_t>>& shapes);
  Status delegate();
  void tear_down();
  [[nodiscard]] Error failure(Code code, std::string_view what);
  [[nodiscard]] std::vector<std::int64_t> shape_of(const TensorHandle* tensor) const;
  Status fit(std::size_t index, const std::vector<std::int64_t>& shape);

  std::shared_ptr<const Api> api_;
  Bytes bytes_;
  SessionOptions options_;
  ModelFile file_;
  Messages messages_;
  std::vector<TensorSpec> inputs_, outputs_;
  PlanCount plan_;
  // In the order in which they must come; tear_down() takes them away in the other.
  Model* model_ = nullptr;
  DelegatePtr xnnpack_, observer_;
  Interpreter* interpreter_ = nullptr;
};

}  // namespace drover::runtime::tflite
