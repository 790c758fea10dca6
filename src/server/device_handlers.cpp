#include <fmt/format.h>

#include <charconv>

#include "base/log.h"
#include "server/body.h"
#include "server/handlers.h"
#include "server/shadows.h"
#include "server/telemetry.h"
#include "shadow/answers.h"

namespace drover::server {
namespace {

struct Issued {
  db::Certificate record;
  std::string pem;
};

Result<Issued> issue(Services& services, const std::string& request, const DeviceId& device) {
  Issued issued;
  issued.pem = DROVER_TRY(net::sign_request(services.authority, request, services.clock->now()));
  const auto info = DROVER_TRY(net::read_certificate(issued.pem));
  issued.record = {info.serial, device, info.not_after};
  return issued;
}

net::Response issued_response(Services& services, const Issued& issued) {
  return json_response({{"device", issued.record.device.str()},
                        {"certificate", issued.pem},
                        {"ca", services.authority.certificate}});
}

Result<std::uint64_t> number(const net::Request& request, const char* name, std::uint64_t when_absent) {
  const std::string text = request.parameter(name);
  if (text.empty()) return when_absent;
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size())
    return fail(Code::invalid_argument, fmt::format("{}: \"{}\" is no whole number", name, text));
  return value;
}

void count(Services& services, const DeviceId& device, const TelemetryBatch& batch) {
  for (const db::TelemetryRow& row : batch.rows) {
    services.telemetry.windows += row.windows.size();
    services.telemetry.alerts += row.alerts.size();
  }
  services.telemetry.refused += batch.refused.size();
  if (batch.refused.empty()) return;
  const Refusal& first = batch.refused.front();
  log::warn("telemetry of a device cannot be read in part",
            {{"device", device.str()},
             {"refused", std::to_string(batch.refused.size())},
             {"first", fmt::format("entry {}: {}: {}", first.seq, first.place, first.why.text())}});
}

/// The device's view: the three sections always there, no metadata.
nlohmann::json device_view(const shadow::Document& document, UnixTime now) {
  return {
      {"state",
       {{"desired", document.desired}, {"reported", document.reported}, {"delta", shadow::delta(document)}}},
      {"version", document.version},
      {"desired_version", document.desired_version},
      {"timestamp", now.time_since_epoch().count()}};
}

}  // namespace

Result<net::Answer> enrol_device(Services& services, const Call& call) {
  if (auto refused = services.limits->enrolment(call.request.remote_address, services.clock->monotonic()))
    return std::move(*refused);
  const Body body = DROVER_TRY(Body::parse(call.request.body));
  const std::string token = DROVER_TRY(body.text("token"));
  const std::string csr = DROVER_TRY(body.text("csr"));
  const std::string common_name = DROVER_TRY(net::read_request(csr).in("csr"));
  const DeviceId device = DROVER_TRY(DeviceId::parse(common_name).in("csr"));
  const Issued issued = DROVER_TRY(issue(services, csr, device));
  DROVER_TRY(services.store->enrol(sha256(token), issued.record, services.clock->now()));
  log::info("device enrolled", {{"device", device.str()}, {"address", call.request.remote_address}});
  return issued_response(services, issued);
}

Result<net::Answer> renew_device(Services& services, const Call& call) {
  const Body body = DROVER_TRY(Body::parse(call.request.body));
  const std::string csr = DROVER_TRY(body.text("csr"));
  const std::string name = DROVER_TRY(net::read_request(csr).in("csr"));
  if (name != call.device.str())
    return fail(Code::not_authorized,
                fmt::format("csr: \"{}\" cannot ask for a certificate of \"{}\"", call.device.str(), name));
  const Issued issued = DROVER_TRY(issue(services, csr, call.device));
  DROVER_TRY(services.store->add_certificate(issued.record));
  return issued_response(services, issued);
}

Result<net::Answer> device_get_shadow(Services& services, const Call& call) {
  const std::uint64_t wait_seconds = DROVER_TRY(number(call.request, "wait", 0));
  const bool has_known = !call.request.parameter("known").empty();
  const std::uint64_t known = DROVER_TRY(number(call.request, "known", 0));
  const shadow::Document document = DROVER_TRY(load_shadow(services, call.device.str(), ""));
  const auto most = std::chrono::duration_cast<std::chrono::seconds>(services.config.long_poll_max);
  const std::chrono::seconds wait(std::min<std::uint64_t>(wait_seconds, most.count()));
  if (!has_known || document.desired_version != known || wait.count() == 0 || call.request.wait_is_over)
    return json_response(device_view(document, services.clock->now()));
  return net::Wait{shadow_key(call.device.str()), wait};
}

Result<net::Answer> device_update_shadow(Services& services, const Call& call) {
  return update_shadow(services, call.device.str(), "", call.request.body, Author::device);
}

Result<net::Answer> device_telemetry(Services& services, const Call& call) {
  if (auto refused = services.limits->telemetry(call.device.str(), services.clock->monotonic()))
    return std::move(*refused);
  const TelemetryBatch batch = DROVER_TRY(parse_telemetry(call.request.body));
  DROVER_TRY(services.store->add_telemetry(call.device, batch.rows, batch.lost, services.clock->now()));
  count(services, call.device, batch);
  return json_response(telemetry_answer(batch));
}

}  // namespace drover::server
