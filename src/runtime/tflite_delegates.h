#pragma once

#include <functional>
#include <memory>

#include "runtime/tflite_api.h"

namespace drover::runtime::tflite {

using DelegatePtr = std::unique_ptr<Delegate, std::function<void(Delegate*)>>;

/// The XNNPACK delegate; null when the library was built without it.
DelegatePtr make_xnnpack(const Api& api, int threads);

/// What an interpreter's nodes are, once delegates have taken theirs.
struct PlanCount {
  std::size_t nodes = 0;
  std::size_t delegated = 0;  // nodes that are an XNNPACK group
};

/// A delegate that takes nothing and only looks: applied after another one, it counts what that one took. The
/// C API has no other way to see whether a delegate fell back silently. Null when the library lacks the
/// functions. `count` outlives it.
DelegatePtr make_observer(const Api& api, PlanCount& count);

}  // namespace drover::runtime::tflite
