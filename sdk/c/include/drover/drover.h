/* libdrover: an application's side of Drover.
 *
 * Which version of a model is active on this device, when that changes, a record of every inference for the
 * agent, and the truth of those of which it becomes known. Five lines do it all, the session below included:
 *
 *     drover_model_t *model;
 *     drover_session_t *session;
 *     drover_open("defect", NULL, &model);
 *     drover_session_open(model, NULL, &session);
 *     drover_session_image(session, &image, NULL, 0, &result);
 *
 * C11, also for C++ (drover.hpp is a thin layer over this). The ABI is stable: symbols are versioned, structs
 * that may grow begin with their size. Functions that can fail return a drover_error_t, and
 * drover_error_message() says more. The agent being down, restarted or upgraded never blocks or fails a call.
 */
#ifndef DROVER_DROVER_H
#define DROVER_DROVER_H

#include <stddef.h>
#include <stdint.h>

#if defined(__GNUC__)
#define DROVER_API __attribute__((visibility("default")))
#else
#define DROVER_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* What a call answers. */
typedef enum drover_error {
  DROVER_OK = 0,
  DROVER_INVALID = 1,    /* an argument is outside what is allowed */
  DROVER_NO_VERSION = 2, /* no version of the model is active on this device (yet) */
  DROVER_TIMED_OUT = 3,  /* not within the time given */
  DROVER_NO_RUNTIME = 4, /* the model runtime's library cannot be loaded */
  DROVER_BAD_MODEL = 5,  /* the active version cannot be loaded here */
  DROVER_FAILED = 6,     /* the inference failed, or gave NaN; it is recorded as such */
  DROVER_EXHAUSTED = 7,  /* memory or descriptors */
  DROVER_INTERNAL = 8    /* a mistake in libdrover, or an operating system that refuses */
} drover_error_t;

/* The last failure of this thread in words; never NULL; valid until this thread's next call. */
DROVER_API const char* drover_error_message(void);
/* "0.1.0" */
DROVER_API const char* drover_library_version(void);

/* ---- A model line on this device
 * ------------------------------------------------------------------------------ */

typedef struct drover_model drover_model_t;

typedef struct drover_options {
  size_t size;           /* sizeof(drover_options_t) */
  const char* state_dir; /* NULL: DROVER_STATE_DIR, else /var/lib/drover */
  const char* run_dir;   /* NULL: DROVER_RUN_DIR, else /run/drover */
} drover_options_t;

/* Opens the model line `name`. Needs neither agent nor active version: both may come later. DROVER_INVALID
 * for a name that is none. Close with drover_close, which is also the goodbye by which the agent tells a stop
 * from a crash: call it at the end of the program. */
DROVER_API drover_error_t drover_open(const char* name, const drover_options_t* options,
                                      drover_model_t** model);
DROVER_API void drover_close(drover_model_t* model);

/* A descriptor that becomes readable when drover_poll should be called; the same for the life of `model`. */
DROVER_API int drover_fd(const drover_model_t* model);
/* Looks at what is active, and for the agent if it was away. Returns 1 when the active version is another
 * than at the last call (or at the opening), else 0. Never blocks: a few system calls. One that has a session
 * need not call it. */
DROVER_API int drover_poll(drover_model_t* model);

/* A version held: while it is, the agent does not remove its files. */
typedef struct drover_version drover_version_t;

/* Holds the version that is active now. DROVER_NO_VERSION when there is none. The agent is told that this
 * process takes it up: a crash from here on counts against this version. */
DROVER_API drover_error_t drover_acquire(drover_model_t* model, drover_version_t** version);
DROVER_API void drover_release(drover_version_t* version);
/* The SHA-256 of its bundle, 64 hexadecimal digits; its version, "1.0.0"; the directory with model.tflite and
 * manifest.json. Valid until drover_release. */
DROVER_API const char* drover_version_digest(const drover_version_t* version);
DROVER_API const char* drover_version_number(const drover_version_t* version);
DROVER_API const char* drover_version_path(const drover_version_t* version);

/* ---- Recording
 * ------------------------------------------------------------------------------------------------ */

typedef enum drover_outcome {
  DROVER_OUTCOME_OK = 0,
  DROVER_OUTCOME_FAILED = 1,   /* the runtime or the application could not finish it */
  DROVER_OUTCOME_NAN = 2,      /* an output held a NaN or an infinity */
  DROVER_OUTCOME_TIMED_OUT = 3 /* it took longer than the application waits */
} drover_outcome_t;

#define DROVER_FEATURES_MAX 32

typedef struct drover_inference {
  size_t size;                     /* sizeof(drover_inference_t) */
  const drover_version_t* version; /* that made it; NULL: the active one, as of the last drover_poll */
  drover_outcome_t outcome;
  int32_t class_index;    /* top-1; -1 where there is no class */
  float confidence;       /* of the top-1, in [0, 1]; -1 where there is none */
  uint32_t feature_count; /* up to DROVER_FEATURES_MAX; more are left out */
  const float* features;
  uint64_t latency_ns;  /* of the inference alone */
  uint32_t score_count; /* in place of class_index and confidence, where both are -1: the scores of all */
  const float* scores;  /* classes. The first of the greatest is the top-1, and its score the confidence */
} drover_inference_t;   /* where it is a probability; a NaN among them is DROVER_OUTCOME_NAN */

#define DROVER_INFERENCE_INIT \
  {sizeof(drover_inference_t), NULL, DROVER_OUTCOME_OK, -1, -1.0f, 0, NULL, 0, 0, NULL}

/* Hands one inference to the agent: from any thread, never blocking, allocating or making a system call.
 * Returns its id; 0 when it was dropped (no agent since the last drover_poll, or the agent is behind), which
 * is counted. A NaN confidence makes the outcome DROVER_OUTCOME_NAN. A forked child must call drover_poll
 * first. */
DROVER_API uint64_t drover_record(drover_model_t* model, const drover_inference_t* inference);

/* Tells the agent what an inference should have said: `id` is what drover_record or drover_result_t gave for
 * it, `class_index` the true class, 0 or more. It may come late, in any order and from another process: the
 * agent remembers the last 65536 inferences. The same promises as drover_record. Returns 1, or 0 when it was
 * dropped as a record is, which is counted, or when it can be no label: `id` is 0 (that inference was dropped
 * itself) or `class_index` is negative. */
DROVER_API int drover_label(drover_model_t* model, uint64_t id, int32_t class_index);

typedef struct drover_counts {
  size_t size;       /* sizeof(drover_counts_t) */
  uint64_t recorded; /* inferences that were handed over */
  uint64_t dropped;  /* inferences and labels that were not */
  uint64_t labelled; /* labels that were handed over */
} drover_counts_t;
/* What became of the records and labels since drover_open. */
DROVER_API void drover_counts(const drover_model_t* model, drover_counts_t* counts);

/* ---- The ready session: load, preprocess, infer, record, swap
 * -------------------------------------------------- */

typedef struct drover_session drover_session_t;

typedef struct drover_session_options {
  size_t size;                 /* sizeof(drover_session_options_t) */
  const char* runtime_library; /* NULL: DROVER_TFLITE_LIBRARY, else beside libdrover.so, else the system's */
  const char* delegate;        /* NULL: the best that is known, "xnnpack"; "none" */
  int threads;                 /* 0: one */
} drover_session_options_t;

/* A session for one thread at a time, over `model`, which must outlive it. A thread of its own loads the
 * active version, and each later one beside the one in use; the session goes over to it between two
 * inferences, so that none is missed. A version that cannot be loaded changes nothing: the one in use runs
 * on. */
DROVER_API drover_error_t drover_session_open(drover_model_t* model, const drover_session_options_t* options,
                                              drover_session_t** session);
DROVER_API void drover_session_close(drover_session_t* session);
/* Waits until a model is loaded, `timeout_ms` at most. DROVER_TIMED_OUT, or what keeps the model from being
 * loaded. */
DROVER_API drover_error_t drover_session_wait(drover_session_t* session, int timeout_ms);

typedef struct drover_image {
  const uint8_t* pixels; /* rows from the top, channels together */
  uint32_t height, width;
  uint32_t channels; /* 1 grey, 3 red, green, blue */
} drover_image_t;

typedef struct drover_result {
  size_t size; /* sizeof(drover_result_t) */
  uint64_t id; /* as drover_record */
  drover_outcome_t outcome;
  int32_t class_index;        /* greatest of the first output; -1 when it has one value only */
  float confidence;           /* that value where it is in [0, 1], else -1 */
  const char* label;          /* of the class, from the manifest; NULL: it names none */
  uint64_t latency_ns;        /* of the runtime alone */
  const char* version_digest; /* which version made it */
  const char* version_number;
  uint64_t swaps;  /* how often the session has gone over to another version */
} drover_result_t; /* strings are valid until the session's next call */

/* One image through the manifest's preprocessing and the model; recorded with `features` (NULL: none).
 * DROVER_OK when the outcome is ok, DROVER_FAILED when it is not (`result` is filled in both cases);
 * DROVER_NO_VERSION, recorded nowhere, while no model is loaded. */
DROVER_API drover_error_t drover_session_image(drover_session_t* session, const drover_image_t* image,
                                               const float* features, uint32_t feature_count,
                                               drover_result_t* result);

typedef struct drover_values {
  const float* values; /* real values; the session quantises where the model does */
  size_t count;
} drover_values_t;

/* The same with one drover_values_t for each of the model's inputs, which skip the preprocessing. */
DROVER_API drover_error_t drover_session_values(drover_session_t* session, const drover_values_t* inputs,
                                                size_t input_count, const float* features,
                                                uint32_t feature_count, drover_result_t* result);
/* Output `index` of the last inference, as real values; DROVER_INVALID when there is none. Valid until the
 * session's next call. */
DROVER_API drover_error_t drover_session_output(const drover_session_t* session, size_t index,
                                                drover_values_t* output);

#ifdef __cplusplus
}
#endif
#endif
