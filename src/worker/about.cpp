#include "runtime/tflite_engine.h"
#include "worker/verbs.h"

namespace drover::worker {

Result<bundle::AboutReport> about(const std::string& /*nothing*/, const Settings& settings) {
  const auto engine = DROVER_TRY(runtime::open_tflite(settings.library));
  return bundle::AboutReport{.engine = engine->name(),
                             .version = engine->version(),
                             .delegates = {"xnnpack"},
                             .library = engine->library()};
}

}  // namespace drover::worker
