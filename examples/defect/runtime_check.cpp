#include "defect/runtime_check.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstring>

#include "base/assert.h"
#include "runtime/tflite_engine.h"

namespace drover::defect {
namespace {

void compare(RuntimeCheck& check, const Logits& got, const Logits& expected) {
  if (std::isnan(got[0]) || std::isnan(got[1])) {
    ++check.not_a_number;
    return;
  }
  for (std::size_t i = 0; i < got.size(); ++i)
    check.max_difference =
        std::max(check.max_difference, static_cast<double>(std::abs(got[i] - expected[i])));
}

}  // namespace

Result<LoadedModel> load_model(Bytes model, const InputScaling& scaling, const std::string& delegate) {
  LoadedModel loaded{.engine = {}, .session = {}, .scaled = scaling};
  loaded.engine = DROVER_TRY(runtime::open_tflite());
  loaded.session = DROVER_TRY(loaded.engine->load(std::move(model), {.delegate = delegate}));
  if (loaded.session->input_bytes(0).size() != sizeof(float) * kImageSize * kImageSize ||
      loaded.session->output_bytes(0).size() != sizeof(Logits))
    return fail(Code::bad_model, "not a model of this example: it takes [1,48,48,1] and gives [1,2]");
  return loaded;
}

Result<Logits> run_model(const LoadedModel& model, const Image& image) {
  DROVER_ASSERT(image.size == kImageSize);
  std::array<float, kImageSize * kImageSize> input;
  std::transform(image.pixels.begin(), image.pixels.end(), input.begin(), model.scaled);
  std::memcpy(model.session->input_bytes(0).data(), input.data(), sizeof(input));
  DROVER_TRY(model.session->invoke());
  Logits scores{};
  std::memcpy(scores.data(), model.session->output_bytes(0).data(), sizeof(scores));
  return scores;
}

Result<RuntimeCheck> check_in_runtime(const LoadedModel& model, std::span<const Image> images,
                                      std::span<const Logits> scores) {
  RuntimeCheck check;
  const auto begin = std::chrono::steady_clock::now();
  for (std::size_t i = 0; i < images.size(); ++i)
    compare(check, DROVER_TRY(run_model(model, images[i])), scores[i]);
  const std::chrono::duration<double, std::micro> spent = std::chrono::steady_clock::now() - begin;
  check.latency_us = spent.count() / static_cast<double>(images.size());
  return check;
}

}  // namespace drover::defect
