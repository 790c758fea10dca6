#pragma once

#include "server/router.h"

namespace drover::server {

// Each serves one route of routes.cpp; docs/formats/device-api.md and operator-api.md describe them.

Result<net::Answer> enrol_device(Services& services, const Call& call);
Result<net::Answer> renew_device(Services& services, const Call& call);
Result<net::Answer> device_get_shadow(Services& services, const Call& call);
Result<net::Answer> device_update_shadow(Services& services, const Call& call);
Result<net::Answer> device_telemetry(Services& services, const Call& call);
Result<net::Answer> thing_get_shadow(Services& services, const Call& call);
Result<net::Answer> thing_update_shadow(Services& services, const Call& call);
Result<net::Answer> thing_delete_shadow(Services& services, const Call& call);

Result<net::Answer> create_operator(Services& services, const Call& call);
Result<net::Answer> list_operators(Services& services, const Call& call);
Result<net::Answer> revoke_operator(Services& services, const Call& call);
Result<net::Answer> create_token(Services& services, const Call& call);
Result<net::Answer> list_devices(Services& services, const Call& call);
Result<net::Answer> show_device(Services& services, const Call& call);
Result<net::Answer> label_device(Services& services, const Call& call);
Result<net::Answer> assign_version(Services& services, const Call& call);
Result<net::Answer> revoke_device(Services& services, const Call& call);
Result<net::Answer> get_shadow(Services& services, const Call& call);
Result<net::Answer> set_shadow(Services& services, const Call& call);
Result<net::Answer> show_logs(Services& services, const Call& call);
Result<net::Answer> list_device_windows(Services& services, const Call& call);
Result<net::Answer> list_model_windows(Services& services, const Call& call);
Result<net::Answer> list_alerts(Services& services, const Call& call);
Result<net::Answer> show_alert(Services& services, const Call& call);
Result<net::Answer> drift_of_device(Services& services, const Call& call);
Result<net::Answer> drift_of_model(Services& services, const Call& call);
Result<net::Answer> list_audit(Services& services, const Call& call);

Result<net::Answer> read_repository(Services& services, const Call& call);
Result<net::Answer> upload_target(Services& services, const Call& call);
Result<net::Answer> publish_metadata(Services& services, const Call& call);

Result<net::Answer> hook_grafana(Services& services, const Call& call);
Result<net::Answer> hook_alertmanager(Services& services, const Call& call);

Result<net::Answer> healthz(Services& services, const Call& call);
Result<net::Answer> metrics(Services& services, const Call& call);

}  // namespace drover::server
