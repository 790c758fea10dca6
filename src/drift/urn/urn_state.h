#pragma once

#include "drift/checkpoint.h"
#include "drift/urn/tolerant_urn.h"
#include "drift/urn/urn.h"

/// An urn's state in a checkpoint: every field in the order below (docs/formats/detector.md).
namespace drover::drift {

/// What both modes end with.
void each_last_field(auto& state, auto visit) {
  visit(state.seen), visit(state.age);
  visit(state.alpha), visit(state.threshold), visit(state.weight);
  visit(state.statistic), visit(state.statistic_max);
  visit(state.life), visit(state.split);
}

/// `visit(field)` for each field of a state, for writing and reading alike.
void each_field(auto& state, auto visit)
  requires requires { state.urn_sum; }
{
  visit(state.sum), visit(state.urn_sum), visit(state.reciprocal), visit(state.cusum), visit(state.cusum_min);
  visit(state.onset), visit(state.slots), visit(state.evidence), visit(state.bet);
  visit(state.block_counts), visit(state.adaptive_sum), visit(state.baseline_slots);
  each_last_field(state, visit);
}

void each_field(auto& state, auto visit)
  requires(!requires { state.urn_sum; })
{
  visit(state.sum), visit(state.cusum), visit(state.cusum_min), visit(state.onset);
  each_last_field(state, visit);
}

void write_state(CheckpointWriter& writer, const auto& state) {
  each_field(state, [&](const auto& field) { writer.put(field); });
}
void read_state(CheckpointReader& reader, auto& state) {
  each_field(state, [&](auto& field) { reader.get(field); });
}

}  // namespace drover::drift
