#include "runtime/tflite_engine.h"

#include "runtime/tflite_session.h"

namespace drover::runtime {
namespace {

class TfliteEngine final : public Engine {
 public:
  explicit TfliteEngine(std::shared_ptr<const tflite::Api> api) : api_(std::move(api)) {}
  [[nodiscard]] std::string name() const override { return "tflite"; }
  [[nodiscard]] std::string version() const override { return api_->version(); }
  [[nodiscard]] std::string library() const override { return api_->path; }
  void prepare() override { tflite::make_xnnpack(*api_, 1); }
  Result<std::unique_ptr<Session>> load(Bytes model, const SessionOptions& options) override {
    return tflite::TfliteSession::load(api_, std::move(model), options);
  }

 private:
  std::shared_ptr<const tflite::Api> api_;
};

}  // namespace

Result<std::unique_ptr<Engine>> open_tflite(const std::string& library) {
  return std::make_unique<TfliteEngine>(DROVER_TRY(tflite::open_api(library)));
}

}  // namespace drover::runtime
