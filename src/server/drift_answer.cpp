#include "server/drift_answer.h"

#include <algorithm>
#include <tuple>

#include <nlohmann/json.hpp>

#include "server/drift_json.h"

namespace drover::server {
namespace {

using nlohmann::json;

std::vector<ColumnDrift> columns_of(const VersionSums& sums, const WindowSum& sum) {
  return sums.scheme ? against_baseline(*sums.scheme, sum) : std::vector<ColumnDrift>{};
}

void decide_from_baseline(std::vector<ColumnDrift>& columns) {
  std::vector<Distance*> family;
  for (ColumnDrift& column : columns) family.push_back(&column.from_baseline);
  decide(family);
}

bool is_drifted(const Distance& distance) { return distance.verdict == drift::Verdict::drifted; }

/// The names of the columns whose distance `of` says that they drifted, the farthest first.
template <class Of>
json drifted(const std::vector<ColumnDrift>& columns, Of of) {
  std::vector<std::pair<double, std::string>> found;
  for (const ColumnDrift& column : columns)
    if (const Distance* distance = of(column); distance != nullptr && is_drifted(*distance))
      found.emplace_back(-distance->d, column.name);
  std::ranges::sort(found);
  json names = json::array();
  for (const auto& [distance, name] : found) names.push_back(name);
  return names;
}

const Distance* from_baseline(const ColumnDrift& column) { return &column.from_baseline; }
const Distance* from_rest(const ColumnDrift& column) {
  return column.from_rest ? &*column.from_rest : nullptr;
}

bool has_baseline(const VersionSums& sums) {
  return sums.scheme && (sums.scheme->confidence() || !sums.scheme->features().empty());
}

json version_json(const VersionSums& sums, const WindowSum& sum, const std::vector<ColumnDrift>& columns) {
  json out = totals_json(sum.window);
  out["model"] = sums.model;
  out["version"] = sums.version;
  out["digests"] = sums.digests;
  out["baseline"] = has_baseline(sums);
  if (!sums.scheme)
    out["no_baseline"] = sums.no_scheme;
  else if (!has_baseline(sums))
    out["no_baseline"] = "the bundle has none";
  out["columns"] = columns_json(columns);
  out["drifted"] = drifted(columns, from_baseline);
  out["classes"] = classes_json(sums.scheme.get(), sum);
  return out;
}

struct DeviceDrift {
  const DeviceId* device = nullptr;
  const WindowSum* sum = nullptr;
  std::vector<ColumnDrift> columns = {};

  [[nodiscard]] bool has_drifted() const {
    return std::ranges::any_of(columns, is_drifted, &ColumnDrift::from_baseline);
  }
  [[nodiscard]] double farthest() const {
    double farthest = 0;
    for (const ColumnDrift& column : columns) farthest = std::max(farthest, column.from_baseline.d);
    return farthest;
  }
};

/// All columns of all devices are one family for each of the two questions.
void decide_devices(std::vector<DeviceDrift>& devices) {
  std::vector<Distance*> baseline, rest;
  for (DeviceDrift& device : devices)
    for (ColumnDrift& column : device.columns) {
      baseline.push_back(&column.from_baseline);
      if (column.from_rest) rest.push_back(&*column.from_rest);
    }
  decide(baseline);
  decide(rest);
}

json device_json(const DeviceDrift& device) {
  json out = totals_json(device.sum->window);
  out["device"] = device.device->str();
  out["columns"] = columns_json(device.columns);
  out["drifted"] = drifted(device.columns, from_baseline);
  out["unlike_the_rest"] = drifted(device.columns, from_rest);
  return out;
}

}  // namespace

json device_answer(const VersionSums& sums, const WindowSum& sum) {
  auto columns = columns_of(sums, sum);
  decide_from_baseline(columns);
  return version_json(sums, sum, columns);
}

json fleet_answer(VersionSums sums) {
  std::optional<WindowSum> all;
  std::erase_if(sums.devices, [&](const auto& device) {
    if (all) return !all->add(device.second).has_value();
    all = device.second;
    return false;
  });
  std::vector<DeviceDrift> devices;
  for (const auto& [device, sum] : sums.devices) {
    devices.push_back({.device = &device, .sum = &sum, .columns = columns_of(sums, sum)});
    against_rest(sum, *all, devices.back().columns);
  }
  decide_devices(devices);
  std::ranges::sort(devices, {}, [](const DeviceDrift& device) {
    return std::tuple(!device.has_drifted(), -device.farthest(), *device.device);
  });
  json out = device_answer(sums, *all);
  json &list = out["devices"] = json::array(), &deviating = out["deviating"] = json::array();
  for (const DeviceDrift& device : devices) {
    list.push_back(device_json(device));
    if (device.has_drifted()) deviating.push_back(device.device->str());
  }
  return out;
}

}  // namespace drover::server
