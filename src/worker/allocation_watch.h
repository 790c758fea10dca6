#pragma once

namespace drover::worker {

/// From here on, the first allocation that the system refuses is told on stderr: a runtime that does not look
/// at what malloc returns dies of it a moment later, and the caller then knows why. Not under sanitizers, nor
/// without glibc.
void watch_allocations();

}  // namespace drover::worker
