#include "cli/commands.h"

namespace drover::cli {

void add_drift_commands(CLI::App& program, Context& context) {
  CLI::App* drift =
      noun(program, "drift", "drift: have data or a model's answers changed, in files or on devices");
  add_drift_compare(*drift, context);
  add_drift_watch(*drift, context);
  add_drift_explain(*drift, context);
  add_drift_fleet(*drift, context);
}

}  // namespace drover::cli
