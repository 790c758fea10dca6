#pragma once

#include <map>
#include <string>

#include "bundle/worker_protocol.h"
#include "lifecycle/variant.h"

namespace drover::agent {

/// What this machine has to offer to a model: architecture, memory, labels, and the runtime with its
/// delegates as the worker names them; none when it does not answer.
lifecycle::DeviceProperties device_properties(const Result<bundle::AboutReport>& engine,
                                              const std::map<std::string, std::string>& labels);

/// MemTotal of /proc/meminfo, in MiB; 0 when unknown.
std::uint64_t parse_mem_total_mb(std::string_view proc_meminfo);

}  // namespace drover::agent
