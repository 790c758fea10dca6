#include <dlfcn.h>

#include <cstdlib>

#include "api_handles.h"
#include "api_report.h"
#include "runtime/tflite_engine.h"

using namespace drover;

namespace {

/// The runtime's library: as told, else as the environment says, else beside this library where it is there.
std::string runtime_library(const char* told) {
  if (told != nullptr) return told;
  Dl_info self{};
  if (std::getenv("DROVER_TFLITE_LIBRARY") != nullptr ||
      ::dladdr(reinterpret_cast<const void*>(&drover_session_open), &self) == 0)
    return {};
  std::error_code error;
  const std::filesystem::path beside =
      std::filesystem::path(self.dli_fname).parent_path() / "libtensorflowlite_c.so";
  return std::filesystem::exists(beside, error) ? beside.string() : std::string();
}

runtime::SessionOptions session_options(const drover_session_options_t* options) {
  runtime::SessionOptions chosen;
  if (const char* delegate = DROVER_OPTION(options, delegate)) chosen.delegate = delegate;
  if (const int threads = DROVER_OPTION(options, threads); threads > 0) chosen.threads = threads;
  return chosen;
}

Status infer(sdk::Session& session, const sdk::Session::Fill& fill, std::span<const float> features,
             drover_result_t& result) {
  const sdk::Answer answer = DROVER_TRY(session.infer(fill, features));
  const sdk::LoadedModel& model = *session.model();
  result.id = answer.id;
  result.outcome = static_cast<drover_outcome_t>(answer.outcome);
  result.class_index = answer.class_index;
  result.confidence = answer.confidence;
  result.label = model.label(answer.class_index);
  result.latency_ns = answer.latency_ns;
  result.version_digest = model.digest_text.c_str();
  result.version_number = model.number.c_str();
  result.swaps = session.swaps();
  if (answer.outcome != ring::Outcome::ok) return fail(answer.error);
  return {};
}

/// An inference that ran and failed is DROVER_FAILED, whatever it was that failed.
template <class Body>
drover_error_t as_inference(drover_result_t* result, Body&& body) {
  result->outcome = DROVER_OUTCOME_OK;
  const drover_error_t error = sdk::guarded(std::forward<Body>(body));
  return error != DROVER_OK && result->outcome != DROVER_OUTCOME_OK ? DROVER_FAILED : error;
}

std::span<const float> features_of(const float* features, uint32_t count) {
  return {features, features != nullptr ? count : 0};
}

}  // namespace

drover_error_t drover_session_open(drover_model_t* handle, const drover_session_options_t* options,
                                   drover_session_t** session) {
  return sdk::guarded([&]() -> Status {
    *session = nullptr;
    std::unique_ptr<runtime::Engine> engine =
        DROVER_TRY(runtime::open_tflite(runtime_library(DROVER_OPTION(options, runtime_library))));
    *session = new drover_session{.session = {handle->handle, std::move(engine), session_options(options)}};
    return {};
  });
}

void drover_session_close(drover_session_t* session) { delete session; }

drover_error_t drover_session_wait(drover_session_t* session, int timeout_ms) {
  return sdk::guarded([&] { return session->session.wait(std::chrono::milliseconds(timeout_ms)); });
}

drover_error_t drover_session_image(drover_session_t* session, const drover_image_t* image,
                                    const float* features, uint32_t feature_count, drover_result_t* result) {
  return as_inference(result, [&]() -> Status {
    constexpr std::size_t kPixelsMax = std::size_t{1} << 28;
    const std::size_t count = std::size_t{image->height} * image->width;
    if (image->pixels == nullptr || count == 0 || count > kPixelsMax ||
        (image->channels != 1 && image->channels != 3))
      return fail(Code::invalid_argument, "an image has pixels, a size, and one or three channels");
    const sdk::ImageView view{.pixels = {image->pixels, count * image->channels},
                              .height = image->height,
                              .width = image->width,
                              .channels = image->channels};
    const auto fill = [&view](sdk::LoadedModel& model) { return fill_image(model, view); };
    return infer(session->session, fill, features_of(features, feature_count), *result);
  });
}

drover_error_t drover_session_values(drover_session_t* session, const drover_values_t* inputs,
                                     size_t input_count, const float* features, uint32_t feature_count,
                                     drover_result_t* result) {
  return as_inference(result, [&]() -> Status {
    std::vector<std::span<const float>> given;
    for (size_t index = 0; index < input_count; ++index)
      given.emplace_back(inputs[index].values, inputs[index].count);
    const auto fill = [&given](sdk::LoadedModel& model) { return fill_values(model, given); };
    return infer(session->session, fill, features_of(features, feature_count), *result);
  });
}

drover_error_t drover_session_output(const drover_session_t* session, size_t index, drover_values_t* output) {
  return sdk::guarded([&]() -> Status {
    const auto& outputs = session->session.outputs();
    if (index >= outputs.size())
      return fail(Code::invalid_argument, "there is no such output, or the last inference failed");
    *output = {.values = outputs[index].data(), .count = outputs[index].size()};
    return {};
  });
}
