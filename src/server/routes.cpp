#include <array>

#include "server/handlers.h"

namespace drover::server {
namespace {

constexpr std::array kRoutes = {
    Route{"POST", "/device/v1/enroll", Access::anyone, enrol_device},
    Route{"POST", "/device/v1/renew", Access::device, renew_device},
    Route{"GET", "/device/v1/shadow", Access::device, device_get_shadow},
    Route{"POST", "/device/v1/shadow", Access::device, device_update_shadow},
    Route{"POST", "/device/v1/telemetry", Access::device, device_telemetry},
    Route{"GET", "/things/{}/shadow", Access::device, thing_get_shadow},
    Route{"POST", "/things/{}/shadow", Access::device, thing_update_shadow},
    Route{"DELETE", "/things/{}/shadow", Access::device, thing_delete_shadow},

    Route{"POST", "/api/v1/operators", Access::admin, create_operator},
    Route{"GET", "/api/v1/operators", Access::admin, list_operators},
    Route{"DELETE", "/api/v1/operators/{}", Access::admin, revoke_operator},
    Route{"POST", "/api/v1/tokens", Access::operator_, create_token},
    Route{"GET", "/api/v1/devices", Access::viewer, list_devices},
    Route{"GET", "/api/v1/devices/{}", Access::viewer, show_device},
    Route{"POST", "/api/v1/devices/{}/labels", Access::operator_, label_device},
    Route{"POST", "/api/v1/devices/{}/assign", Access::operator_, assign_version},
    Route{"POST", "/api/v1/devices/{}/revoke", Access::admin, revoke_device},
    Route{"GET", "/api/v1/devices/{}/shadow", Access::viewer, get_shadow},
    Route{"POST", "/api/v1/devices/{}/shadow", Access::operator_, set_shadow},
    Route{"GET", "/api/v1/devices/{}/logs", Access::viewer, show_logs},
    Route{"GET", "/api/v1/devices/{}/windows", Access::viewer, list_device_windows},
    Route{"GET", "/api/v1/models/{}/windows", Access::viewer, list_model_windows},
    Route{"GET", "/api/v1/alerts", Access::viewer, list_alerts},
    Route{"GET", "/api/v1/alerts/{}", Access::viewer, show_alert},
    Route{"GET", "/api/v1/drift/devices/{}", Access::viewer, drift_of_device},
    Route{"GET", "/api/v1/drift/models/{}", Access::viewer, drift_of_model},
    Route{"GET", "/api/v1/audit", Access::viewer, list_audit},

    Route{"PUT", "/api/v1/repository/targets/{*}", Access::operator_, upload_target},
    Route{"POST", "/api/v1/repository/metadata", Access::operator_, publish_metadata},
    Route{"GET", "/repo/{*}", Access::anyone, read_repository},

    Route{"POST", "/hooks/grafana", Access::hook, hook_grafana},
    Route{"POST", "/hooks/alertmanager", Access::hook, hook_alertmanager},

    Route{"GET", "/healthz", Access::anyone, healthz},
    Route{"GET", "/metrics", Access::anyone, metrics},
};

}  // namespace

std::span<const Route> routes() { return kRoutes; }

}  // namespace drover::server
