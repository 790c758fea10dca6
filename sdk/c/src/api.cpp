#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <span>

#include "api_handles.h"
#include "api_report.h"

using namespace drover;

static_assert(DROVER_FEATURES_MAX == ring::kFeaturesMax);
static_assert(DROVER_OUTCOME_FAILED == static_cast<int>(ring::Outcome::failed) &&
              DROVER_OUTCOME_NAN == static_cast<int>(ring::Outcome::nan) &&
              DROVER_OUTCOME_TIMED_OUT == static_cast<int>(ring::Outcome::timed_out));

namespace {

std::filesystem::path place(const char* given, const char* variable, const char* otherwise) {
  if (given != nullptr) return given;
  const char* set = std::getenv(variable);
  return set != nullptr && *set != '\0' ? set : otherwise;
}

sdk::Places places_of(const drover_options_t* options) {
  return {.state_dir = place(DROVER_OPTION(options, state_dir), "DROVER_STATE_DIR", "/var/lib/drover"),
          .run_dir = place(DROVER_OPTION(options, run_dir), "DROVER_RUN_DIR", "/run/drover")};
}

/// The outcome as a record may have it. Looked at as a number: a C caller can have put any into the enum.
ring::Outcome outcome_of(const drover_inference_t& inference) {
  static_assert(sizeof inference.outcome == sizeof(unsigned));
  unsigned number = 0;
  std::memcpy(&number, &inference.outcome, sizeof number);
  return number < ring::kOutcomes ? static_cast<ring::Outcome>(number) : ring::Outcome::failed;
}

/// Top-1 and confidence from the scores of all classes. What is no probability is no confidence.
void take_scores(std::span<const float> scores, ring::Record& record) {
  if (std::ranges::any_of(scores, [](float score) { return std::isnan(score); })) {
    if (record.outcome == ring::Outcome::ok) record.outcome = ring::Outcome::nan;
    return;
  }
  const auto top = std::ranges::max_element(scores);
  record.class_index = static_cast<std::int32_t>(top - scores.begin());
  if (*top >= 0 && *top <= 1) record.confidence = *top;
}

/// The caller's inference as a record that the reader takes: what is out of range is brought into it.
ring::Record record_of(const drover_inference_t& inference) {
  ring::Record record{.latency_ns = inference.latency_ns,
                      .outcome = outcome_of(inference),
                      .class_index = std::max(inference.class_index, -1)};
  if (std::isnan(inference.confidence)) {
    if (record.outcome == ring::Outcome::ok) record.outcome = ring::Outcome::nan;
  } else if (inference.confidence >= 0) {
    record.confidence = std::min(inference.confidence, 1.0F);
  }
  const float* scores = DROVER_OPTION(&inference, scores);
  const bool is_told = inference.class_index >= 0 || !(inference.confidence < 0);
  if (scores != nullptr && inference.score_count > 0 && !is_told)
    take_scores({scores, inference.score_count}, record);
  if (inference.features != nullptr) {
    record.feature_count =
        static_cast<std::uint16_t>(std::min(inference.feature_count, std::uint32_t{DROVER_FEATURES_MAX}));
    std::copy_n(inference.features, record.feature_count, record.features.begin());
  }
  return record;
}

}  // namespace

drover_error_t drover_open(const char* name, const drover_options_t* options, drover_model_t** handle) {
  return sdk::guarded([&]() -> Status {
    if (name == nullptr || handle == nullptr)
      return fail(Code::invalid_argument, "drover_open: a NULL argument");
    *handle = nullptr;
    ModelName model = DROVER_TRY(ModelName::parse(name));
    std::unique_ptr<drover_model_t> opened(
        new drover_model{.handle = {std::move(model), places_of(options)}});
    if (opened->handle.fd() < 0) return fail(Code::out_of_memory, "drover_open: no descriptor to be had");
    *handle = opened.release();
    return {};
  });
}

void drover_close(drover_model_t* handle) { delete handle; }

int drover_fd(const drover_model_t* handle) { return handle->handle.fd(); }

int drover_poll(drover_model_t* handle) {
  int changed = 0;
  sdk::guarded([&]() -> Status {
    changed = handle->handle.poll() ? 1 : 0;
    return {};
  });
  return changed;
}

drover_error_t drover_acquire(drover_model_t* handle, drover_version_t** version) {
  return sdk::guarded([&]() -> Status {
    *version = nullptr;
    sdk::HeldVersion held = DROVER_TRY(sdk::HeldVersion::acquire(handle->handle.model_dir()));
    handle->handle.take_up(held.digest());
    std::string digest = held.digest().hex(), number = held.manifest().version.str(),
                path = held.path().string();
    *version = new drover_version{std::move(held), std::move(digest), std::move(number), std::move(path)};
    return {};
  });
}

void drover_release(drover_version_t* version) { delete version; }
const char* drover_version_digest(const drover_version_t* version) { return version->digest.c_str(); }
const char* drover_version_number(const drover_version_t* version) { return version->number.c_str(); }
const char* drover_version_path(const drover_version_t* version) { return version->path.c_str(); }

uint64_t drover_record(drover_model_t* handle, const drover_inference_t* inference) {
  ring::Record record = record_of(*inference);
  const Digest& digest =
      inference->version != nullptr ? inference->version->held.digest() : handle->handle.active();
  record.digest = digest.bytes;
  return handle->handle.writer().record(record);
}

int drover_label(drover_model_t* handle, uint64_t id, int32_t class_index) {
  if (id == 0 || class_index < 0) return 0;
  return handle->handle.writer().label(id, class_index) ? 1 : 0;
}

void drover_counts(const drover_model_t* handle, drover_counts_t* counts) {
  const ring::Writer::Counts now = handle->handle.writer().counts();
  counts->recorded = now.recorded;
  counts->dropped = now.dropped;
  if (counts->size >= sizeof(drover_counts_t)) counts->labelled = now.labelled;  // an earlier one has none
}
