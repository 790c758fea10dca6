#pragma once

#include <memory>
#include <string>

#include "runtime/engine.h"

namespace drover::runtime {

/// TensorFlow Lite through its C API, opened at run time: `library`, else DROVER_TFLITE_LIBRARY, else
/// ../lib/libtensorflowlite_c.so beside the running program, else libtensorflowlite_c.so where the system
/// finds it. Error: runtime_missing, with each place tried.
Result<std::unique_ptr<Engine>> open_tflite(const std::string& library = {});

}  // namespace drover::runtime
