#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <span>
#include <string>

#include "base/ids.h"
#include "base/result.h"
#include "lifecycle/record.h"

namespace drover::lifecycle {

/// What a device has to offer to a model.
struct DeviceProperties {
  std::string arch;                 // "x86_64", "aarch64", "armv7l": as uname -m says
  std::string runtime;              // "tflite"; empty when none can be loaded
  Version runtime_version;          // "2.20.0"
  std::set<std::string> delegates;  // "xnnpack", …
  std::uint64_t memory_mb = 0;      // MiB of the whole device, or what its owner lets a model take of it
  std::map<std::string, std::string> labels;
};

/// A variant on offer: its target and what it requires (bundle manifest and signed custom have the same
/// keys).
struct Candidate {
  Version version;
  Target target;
  std::map<std::string, std::string> requirements;
};

/// What the device lacks for these requirements, in words; empty when nothing. Known keys:
///   arch       one of the given ("aarch64" or "aarch64,x86_64")
///   runtime    NAME or NAME>=VERSION
///   delegate   this one: a model runs on one
///   memory_mb  at least
///   labels     all of the given KEY=VALUE, separated by commas
///   label.KEY  the device's label KEY has this value
/// What a device does not know it lacks.
std::string lack(const std::map<std::string, std::string>& requirements, const DeviceProperties& device);

/// Of these requirements memory_mb, MiB; 0 when it is not there.
std::uint64_t required_memory_mb(const std::map<std::string, std::string>& requirements);

/// The variant for this device: of those that fit, the one with the most requirements (each label
/// counts as one), then the one that wants most memory, then the first by name. Errors: not_found
/// when nothing is on offer, no_variant that names for each variant what is lacking.
Result<Candidate> choose_variant(std::span<const Candidate> offered, const Version& version,
                                 const DeviceProperties& device);

}  // namespace drover::lifecycle
