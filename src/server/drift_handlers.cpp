#include "server/drift_answer.h"
#include "server/fleet_drift.h"
#include "server/handlers.h"
#include "server/listing.h"
#include "server/named_device.h"

namespace drover::server {
namespace {

using nlohmann::json;

Result<db::WindowFilter> filter_of(Services& services, const net::Request& request) {
  const std::int64_t hour_ago =
      std::chrono::milliseconds(services.clock->now().time_since_epoch()).count() - 3'600'000;
  db::WindowFilter filter{.model = DROVER_TRY(model_of(request)), .version = request.parameter("version")};
  filter.since_ms = DROVER_TRY(time_of(services, request, "since", hour_ago));
  filter.until_ms = DROVER_TRY(time_of(services, request, "until", INT64_MAX));
  return filter;
}

json head_of(const Collected& collected) {
  return {{"since_ms", collected.since_ms}, {"complete", collected.complete},
          {"left_out", collected.left_out}, {"alpha", kDriftAlpha},
          {"tolerance", kDriftTolerance},   {"versions", json::array()}};
}

}  // namespace

Result<net::Answer> drift_of_device(Services& services, const Call& call) {
  const db::Device device = DROVER_TRY(named_device(services, call));
  auto filter = DROVER_TRY(filter_of(services, call.request));
  filter.device = device.id;
  const Collected collected = DROVER_TRY(collect(services, filter));
  json answer = head_of(collected);
  answer["device"] = device.id.str();
  for (const VersionSums& sums : collected.versions)
    for (const auto& [id, sum] : sums.devices) answer["versions"].push_back(device_answer(sums, sum));
  return json_response(answer);
}

Result<net::Answer> drift_of_model(Services& services, const Call& call) {
  const ModelName model = DROVER_TRY(ModelName::parse(call.parameters[0]));
  auto filter = DROVER_TRY(filter_of(services, call.request));
  filter.model = model.str();
  Collected collected = DROVER_TRY(collect(services, filter));
  json answer = head_of(collected);
  answer["model"] = model.str();
  for (VersionSums& sums : collected.versions)
    if (!sums.devices.empty()) answer["versions"].push_back(fleet_answer(std::move(sums)));
  return json_response(answer);
}

}  // namespace drover::server
