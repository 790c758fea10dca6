#include "c_test.h"

#include <drover/drover.h>
#include <string.h>

#if __STDC_VERSION__ < 201112L
#error "this unit is C11"
#endif

#define EXPECT(condition) \
  if (!(condition)) return __LINE__

static int use_version(drover_model_t* model, const char* digest) {
  drover_version_t* version = NULL;
  EXPECT(drover_acquire(model, &version) == DROVER_OK);
  EXPECT(strcmp(drover_version_digest(version), digest) == 0);
  EXPECT(strcmp(drover_version_number(version), "1.0.0") == 0);
  EXPECT(strstr(drover_version_path(version), digest) != NULL);
  const float features[2] = {1.0f, 2.0f};
  drover_inference_t inference = DROVER_INFERENCE_INIT;
  inference.version = version;
  inference.class_index = 3;
  inference.confidence = 0.5f;
  inference.features = features;
  inference.feature_count = 2;
  const uint64_t id = drover_record(model, &inference);
  EXPECT(id != 0);
  EXPECT(drover_label(model, id, 3) == 1);
  EXPECT(drover_label(model, id, -1) == 0 && drover_label(model, 0, 3) == 0);
  drover_release(version);
  return 0;
}

static int use_session(drover_model_t* model) {
  drover_session_t* session = NULL;
  drover_session_options_t options = {sizeof options, NULL, "none", 1};
  EXPECT(drover_session_open(model, &options, &session) == DROVER_OK);
  EXPECT(drover_session_wait(session, 60000) == DROVER_OK);
  uint8_t pixels[49 * 10] = {0};
  const drover_image_t image = {pixels, 49, 10, 1};
  drover_result_t result = {.size = sizeof result};
  EXPECT(drover_session_image(session, &image, NULL, 0, &result) == DROVER_OK);
  EXPECT(result.id != 0 && result.class_index >= 0 && result.label != NULL && result.latency_ns > 0);
  drover_values_t scores;
  EXPECT(drover_session_output(session, 0, &scores) == DROVER_OK && scores.count == 12);
  EXPECT(drover_session_output(session, 1, &scores) == DROVER_INVALID);
  EXPECT(strlen(drover_error_message()) > 0);
  drover_session_close(session);
  return 0;
}

int use_drover_from_c(const char* state_dir, const char* run_dir, const char* digest) {
  const drover_options_t options = {sizeof options, state_dir, run_dir};
  drover_model_t* model = NULL;
  EXPECT(drover_open("no such name", &options, &model) == DROVER_INVALID && model == NULL);
  EXPECT(drover_open("defect", &options, &model) == DROVER_OK);
  EXPECT(drover_fd(model) >= 0);
  EXPECT(drover_poll(model) == 0);
  int line = use_version(model, digest);
  if (line == 0) line = use_session(model);
  drover_counts_t counts = {sizeof counts, 0, 0, 0};
  drover_counts(model, &counts);
  EXPECT(line != 0 || (counts.recorded == 2 && counts.dropped == 0 && counts.labelled == 1));
  /* As a program sees it that was built when the struct ended earlier. */
  counts = (drover_counts_t){offsetof(drover_counts_t, labelled), 0, 0, 77};
  drover_counts(model, &counts);
  EXPECT(line != 0 || (counts.recorded == 2 && counts.labelled == 77));
  drover_close(model);
  return line;
}
