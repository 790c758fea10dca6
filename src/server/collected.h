#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "server/references.h"
#include "server/services.h"
#include "server/window_sum.h"

namespace drover::server {

/// The windows of one version that add up: those of variants with one baseline do.
struct VersionSums {
  std::string model, version;
  std::set<std::string> digests;
  References::Found scheme;  // null where the bundle cannot be read: then why
  std::string no_scheme;
  std::map<DeviceId, WindowSum> devices;
};

/// Windows that fit a filter, added up by version and device.
struct Collected {
  std::vector<VersionSums> versions;  // by model, the newest version first
  std::int64_t since_ms = INT64_MIN;  // of the windows that were looked at
  bool complete = true;               // false: there are older ones, or further devices
  std::uint64_t left_out = 0;  // windows that were not counted as their bundle asks, or are over a limit
};

struct CollectLimits {
  std::size_t windows_max = 100'000, devices_max = 2000;
  std::size_t versions_max = 16;  // of one device; what it claims beyond is left out
  std::size_t bundles_max = 128;  // that are looked for; likewise
  std::size_t bytes_max = 256 << 20;
};

/// The newest windows, of the first devices by id, as many as the limits let it: they bound memory and time,
/// whatever devices sent. Errors: the store's.
Result<Collected> collect(Services& services, db::WindowFilter filter, const CollectLimits& limits = {});

}  // namespace drover::server
