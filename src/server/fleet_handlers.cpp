// The devices: who they are, their labels, and their end.
#include <fmt/format.h>

#include "server/audit.h"
#include "server/body.h"
#include "server/handlers.h"
#include "server/listing.h"
#include "server/named_device.h"
#include "server/shadows.h"

namespace drover::server {
namespace {

using nlohmann::json;

/// "site=north": whether the device has the label; an empty filter takes all.
bool has_label(const db::Device& device, const std::string& filter) {
  const std::size_t equals = std::min(filter.find('='), filter.size());
  if (filter.empty()) return true;
  const auto found = device.labels.find(filter.substr(0, equals));
  if (found == device.labels.end()) return false;
  return equals == filter.size() || found->second == filter.substr(equals + 1);
}

}  // namespace

Result<db::Device> named_device(Services& services, const Call& call) {
  const DeviceId id = DROVER_TRY(DeviceId::parse(call.parameters[0]));
  auto device = DROVER_TRY(services.store->find_device(id));
  if (!device)
    return fail(Code::not_found,
                fmt::format("there is no device \"{}\"; it exists once it has enrolled", id.str()));
  return std::move(*device);
}

Result<net::Answer> list_devices(Services& services, const Call& call) {
  const std::size_t count = DROVER_TRY(count_of(call.request, 100));
  const std::string filter = call.request.parameter("label");
  std::string after = call.request.parameter("after");
  json list = json::array();
  bool is_last_page = false;
  while (list.size() < count && !is_last_page) {
    const auto page = DROVER_TRY(services.store->list_devices(after, kPageMax));
    is_last_page = page.size() < kPageMax;
    for (const db::Device& device : page) {
      if (list.size() == count) {
        is_last_page = false;
        break;
      }
      after = device.id.str();
      if (has_label(device, filter)) list.push_back(DROVER_TRY(describe(services, device)));
    }
  }
  return json_response({{"devices", std::move(list)}, {"next", is_last_page ? json(nullptr) : json(after)}});
}

Result<net::Answer> show_device(Services& services, const Call& call) {
  const db::Device device = DROVER_TRY(named_device(services, call));
  return json_response(DROVER_TRY(describe(services, device)));
}

Result<net::Answer> label_device(Services& services, const Call& call) {
  const Body body = DROVER_TRY(Body::parse(call.request.body));
  const db::Labels labels = DROVER_TRY(body.texts("labels"));
  const DeviceId id = DROVER_TRY(named_device(services, call)).id;
  DROVER_TRY(services.store->change_labels(id, labels));
  DROVER_TRY(audit(services, call, "label", id.str(), labels));
  return show_device(services, call);
}

Result<net::Answer> revoke_device(Services& services, const Call& call) {
  const DeviceId id = DROVER_TRY(named_device(services, call)).id;
  DROVER_TRY(services.store->revoke_device(id));
  DROVER_TRY(audit(services, call, "revoke", id.str(), json::object()));
  services.notify(shadow_key(id.str()));  // a poll of it that waits is refused now, not in a minute
  return show_device(services, call);
}

}  // namespace drover::server
