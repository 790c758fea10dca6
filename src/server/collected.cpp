#include "server/collected.h"

#include <algorithm>
#include <tuple>

namespace drover::server {
namespace {

constexpr std::size_t kRowsAtOnce = 250;

/// Adds up what comes, a row at a time.
class Collector {
 public:
  Collector(Services& services, const CollectLimits& limits) : services_(services), limits_(limits) {}

  void add(const db::WindowRow& row) {
    bytes_ += row.body.size();
    if (!take(row)) ++collected.left_out;
  }
  [[nodiscard]] bool is_full() const { return bytes_ > limits_.bytes_max; }

  Collected finish() && {
    for (auto& [key, version] : versions_) collected.versions.push_back(std::move(version));
    std::ranges::sort(collected.versions, [](const VersionSums& a, const VersionSums& b) {
      if (a.model != b.model) return a.model < b.model;
      const auto one = Version::parse(a.version), other = Version::parse(b.version);
      return one && other && *one > *other;
    });
    return std::move(collected);
  }

  Collected collected;

 private:
  struct Reference {
    References::Found scheme;
    std::string why;  // there is none
  };

  bool take(const db::WindowRow& row) {
    const Reference* reference = reference_of(row.model, row.digest);
    auto sent = read_sent(row.body);
    if (!sent || reference == nullptr || (reference->scheme && !fits(*reference->scheme, sent->window)))
      return false;
    const WindowSum window = WindowSum::of(std::move(*sent));
    // What no bundle vouches for is never added to what one does.
    const Key key{row.model, row.version, window.window.scheme, reference->scheme != nullptr};
    VersionSums& version = versions_[key];
    version.model = row.model, version.version = row.version;
    version.digests.insert(row.digest);
    version.scheme = reference->scheme, version.no_scheme = reference->why;
    const auto sum = version.devices.find(row.device);
    if (sum != version.devices.end()) return sum->second.add(window).has_value();
    if (++versions_of_[row.device] > limits_.versions_max) return false;
    version.devices.emplace(row.device, window);
    return true;
  }

  /// Null when too many were looked for.
  const Reference* reference_of(const std::string& model, const std::string& digest) {
    const auto known = references_.find({model, digest});
    if (known != references_.end()) return &known->second;
    if (references_.size() >= limits_.bundles_max) return nullptr;
    auto found = services_.references.find(services_.config, model, digest);
    Reference reference = found ? Reference{std::move(*found), {}} : Reference{nullptr, found.error().text()};
    return &references_.emplace(std::pair(model, digest), std::move(reference)).first->second;
  }

  using Key = std::tuple<std::string, std::string, std::uint64_t, bool>;
  Services& services_;
  const CollectLimits& limits_;
  std::size_t bytes_ = 0;
  std::map<std::pair<std::string, std::string>, Reference> references_;
  std::map<Key, VersionSums> versions_;
  std::map<DeviceId, std::size_t> versions_of_;
};

Status add_device(Services& services, db::WindowFilter filter, const DeviceId& device, Collector& collector) {
  filter.device = device;
  db::ListedUpTo from;
  for (;;) {
    const auto rows = DROVER_TRY(services.store->list_windows(filter, from, kRowsAtOnce, true));
    for (const db::WindowRow& row : rows) collector.add(row);
    if (rows.size() < kRowsAtOnce || collector.is_full()) return {};
    from = {rows.back().end_ms, rows.back().id};
  }
}

}  // namespace

Result<Collected> collect(Services& services, db::WindowFilter filter, const CollectLimits& limits) {
  Collector collector(services, limits);
  if (const auto end = DROVER_TRY(services.store->find_window_end(filter, limits.windows_max))) {
    filter.since_ms = *end + 1;
    collector.collected.complete = false;
  }
  std::vector<DeviceId> devices;
  if (filter.device)
    devices = {*filter.device};
  else
    devices = DROVER_TRY(services.store->list_window_devices(filter, limits.devices_max + 1));
  if (devices.size() > limits.devices_max) {
    devices.resize(limits.devices_max);
    collector.collected.complete = false;
  }
  collector.collected.since_ms = filter.since_ms;
  for (const DeviceId& device : devices) {
    if (!collector.is_full()) DROVER_TRY(add_device(services, filter, device, collector));
  }
  if (collector.is_full()) collector.collected.complete = false;
  return std::move(collector).finish();
}

}  // namespace drover::server
