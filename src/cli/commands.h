#pragma once

#include "cli/command.h"

namespace drover::cli {

// Each adds its verbs to the program; one file a group, named for it.
void add_model_inspect_commands(CLI::App& program, Context& context);
void add_model_pack_commands(CLI::App& program, Context& context);

}  // namespace drover::cli
