#pragma once

/// All of Drover's drift statistics for a program that links them alone (find_package(drover-drift), target
/// drover::drift; C++23): examples/drift is one. Each header says what it computes, with which error and
/// confidence, and from which source.

// What the time before was like; from training values, or from a model's baseline.json.
#include "drift/baseline.h"

// Detectors by name (detector_kinds() lists them), in front of them the thinning of dependent streams, behind
// them the evidence that replays an alarm.
#include "drift/detector.h"
#include "drift/evidence.h"
#include "drift/thinning.h"

// The lifelong alarm itself, and the same over a fleet's merged counts.
#include "drift/fleet/e_bh.h"
#include "drift/fleet/replay.h"
#include "drift/urn/tolerant_urn.h"
#include "drift/urn/urn.h"

// State that merges across devices.
#include "drift/state/counter_figures.h"
#include "drift/state/counters.h"
#include "drift/state/dd_sketch.h"
#include "drift/state/kll.h"
#include "drift/state/kll_baseline.h"
#include "drift/state/rolling_mean.h"

// Two samples compared.
#include "drift/two_sample/compare.h"

// Is an update worse? Have the labels changed their meaning? What is the cause?
#include "drift/concept/concept_drift.h"
#include "drift/concept/label_join.h"
#include "drift/guard/before_after.h"
#include "drift/guard/mean_bounds.h"
#include "drift/guard/rules.h"
#include "drift/guard/update_guard.h"
#include "drift/triage/class_mix.h"
#include "drift/triage/sensor_watch.h"
#include "drift/triage/triage.h"
