#pragma once

#include "cli/command.h"

namespace drover::cli {

// Each adds its verbs to the program; one file a group, named for it.

}  // namespace drover::cli
