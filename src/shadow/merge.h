#pragma once

#include "shadow/document.h"

namespace drover::shadow {

/// Merges `change` into `state`, noting `now` for each leaf written in `metadata`.
void merge(json& state, json& metadata, const json& change, UnixTime now);
/// {"timestamp": now} for each leaf of `value`, in its shape.
json metadata_for(const json& value, UnixTime now);
/// The members of `metadata` that stand for what `change` wrote: a request's own fields.
json metadata_of(const json& metadata, const json& change);
/// What differs, seen from desired.
json difference(const json& desired, const json& reported);
/// Levels of names below `value`; an array counts only when it holds objects or arrays.
int depth(const json& value);

}  // namespace drover::shadow
