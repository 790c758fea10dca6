#pragma once

#include <vector>

#include "repo/layout.h"
#include "trust/metadata.h"

namespace drover::repo {

/// The withdrawn versions that a model's role records in its signed `custom.drover.yanked`, ascending.
std::vector<YankedVersion> yanked_of(const trust::Targets& role);
void add_yanked(trust::Targets& role, const YankedVersion& yanked);

}  // namespace drover::repo
