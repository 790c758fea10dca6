#pragma once

#ifdef __cplusplus
extern "C" {
#endif

/* Uses the whole of drover.h from C11 on a device with an active version and a ring. Returns 0, or the line
 * of the first thing that was not as drover.h says. */
int use_drover_from_c(const char* state_dir, const char* run_dir, const char* digest);

#ifdef __cplusplus
}
#endif
