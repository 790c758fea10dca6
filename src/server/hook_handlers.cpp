// Alerts that Grafana and Alertmanager send: docs/formats/hooks.md.
#include <fmt/format.h>

#include "base/log.h"
#include "server/alert_verdict.h"
#include "server/handlers.h"
#include "server/hook_access.h"
#include "server/publication.h"
#include "server/shadows.h"
#include "shadow/answers.h"

namespace drover::server {

using nlohmann::json;

namespace {

/// The device and model that the alert names.
struct Subject {
  DeviceId device;
  ModelName model;
};

/// Nobody, and why: an alert without a device is about a fleet, and no fleet is moved by one.
struct Nobody {
  std::string why;
};

Result<std::variant<Subject, Nobody>> subject_of(Services& services, const OutsideAlert& alert) {
  if (alert.device.empty() || alert.model.empty())
    return Nobody{alert.device.empty() ? "it has no label device: a fleet is not moved by an alert"
                                       : "it has no label model"};
  const auto device = DeviceId::parse(alert.device);
  const auto model = ModelName::parse(alert.model);
  if (!device) return Nobody{"its label device: " + device.error().message};
  if (!model) return Nobody{"its label model: " + model.error().message};
  const auto known = DROVER_TRY(services.store->find_device(*device));
  if (!known) return Nobody{"the device never enrolled here"};
  if (known->revoked) return Nobody{"the device was revoked"};
  return Subject{*device, *model};
}

/// What the device had is signed and it verifies that again by itself: only a withdrawal since speaks
/// against.
Result<std::optional<Version>> withdrawn_previous(Services& services, const Subject& subject) {
  const auto shadow = DROVER_TRY(load_shadow(services, subject.device.str(), ""));
  const auto previous = previous_version(shadow, subject.model);
  if (!previous) return std::nullopt;
  const Status published = check_published(services, subject.model, *previous);
  return !published && published.error().code == Code::yanked ? previous : std::nullopt;
}

json detail_of(std::string_view source, const OutsideAlert& alert, const AlertVerdict& verdict) {
  json detail = {{"source", source},          {"alert", alert.name},
                 {"status", alert.status()},  {"starts_at", alert.starts_at},
                 {"model", alert.model},      {"fingerprint", alert.fingerprint},
                 {"decision", verdict.word},  {"why", verdict.why},
                 {"evidence", alert.evidence}};
  if (verdict.from) detail["from"] = verdict.from->str();
  if (verdict.to) detail["to"] = verdict.to->str();
  if (verdict.assignment) detail["order"] = verdict.assignment->order;
  return detail;
}

/// The verdict as the store keeps it, with the shadow that it makes.
Result<db::OutsideAlertDecision> decision_of(Services& services, std::string_view source,
                                             const OutsideAlert& alert, const shadow::Document& shadow,
                                             AlertVerdict verdict) {
  db::OutsideAlertDecision decision;
  if (verdict.assignment) {
    const auto after =
        shadow::apply(shadow, verdict.assignment->update, services.clock->now(), services.shadow_limits());
    if (after) {
      decision.shadow = shadow::to_json(*after).dump();
      if (std::string_view(verdict.word) == "rolled_back") decision.order = verdict.assignment->order;
    } else {
      verdict = {.word = "held", .why = "the shadow cannot be written: " + after.error().message};
    }
  }
  decision.word = verdict.word;
  decision.detail = detail_of(source, alert, verdict).dump();
  return decision;
}

Result<db::OutsideAlertDecided> decide(Services& services, const Call& call, std::string_view source,
                                       const OutsideAlert& alert) {
  const auto subject = DROVER_TRY(subject_of(services, alert));
  const auto* named = std::get_if<Subject>(&subject);
  const db::OutsideAlertRow row{.fingerprint = alert.fingerprint,
                                .starts_at = alert.starts_at,
                                .status = alert.status(),
                                .device = named != nullptr ? named->device.str() : "",
                                .model = named != nullptr ? named->model.str() : ""};
  const db::AuditRow line{
      .at = services.clock->now(), .who = call.who, .action = "alert", .target = row.device};
  if (named == nullptr)
    return services.store->decide_outside_alert(row, line, [&](const db::OutsideAlertGround&) {
      return decision_of(services, source, alert, {}, {.why = std::get<Nobody>(subject).why});
    });
  const auto withdrawn = DROVER_TRY(withdrawn_previous(services, *named));
  bool has_changed = false;
  const auto judge = [&](const db::OutsideAlertGround& ground) -> Result<db::OutsideAlertDecision> {
    const AlertCase found{.act = services.config.hooks_act.of(named->model),
                          .shadow = DROVER_TRY(parse_shadow(ground.shadow).in("shadow of " + row.device)),
                          .rollback = ground.rollback,
                          .withdrawn = withdrawn};
    const AlertVerdict verdict = judge_alert(alert, named->model, found);
    auto decision = DROVER_TRY(decision_of(services, source, alert, found.shadow, verdict));
    has_changed = decision.shadow.has_value();
    return decision;
  };
  auto decided = DROVER_TRY(services.store->decide_outside_alert(row, line, judge));
  if (has_changed) services.notify(shadow_key(row.device));
  return decided;
}

json answer_of(const OutsideAlert& alert, const db::OutsideAlertDecided& decided) {
  const json detail = json::parse(decided.detail, nullptr, false);
  return {{"fingerprint", alert.fingerprint},
          {"status", alert.status()},
          {"decision", decided.word},
          {"why", detail.is_object() ? detail.value("why", "") : ""},
          {"new", decided.is_new}};
}

void tell(Services& services, std::string_view source, const OutsideAlert& alert,
          const db::OutsideAlertDecided& decided) {
  services.hooks.count(decided);
  if (!decided.is_new) return;
  log::info("alert from outside", {{"source", std::string(source)},
                                   {"alert", alert.name},
                                   {"status", alert.status()},
                                   {"device", alert.device},
                                   {"model", alert.model},
                                   {"decision", decided.word}});
}

/// 2xx only when every alert's decision is on the disk: until then the sender tries again, and finds those
/// that were decided.
Result<net::Answer> take_alerts(Services& services, Call call, std::string_view source) {
  call.who = DROVER_TRY(hook_sender(services, call.request));
  const OutsideAlerts batch = DROVER_TRY(read_outside_alerts(call.request.body));
  json answers = json::array();
  for (const OutsideAlert& alert : batch.alerts) {
    const auto decided = DROVER_TRY(decide(services, call, source, alert));
    tell(services, source, alert, decided);
    answers.push_back(answer_of(alert, decided));
  }
  if (batch.truncated > 0 || !batch.unread.empty())
    log::warn("alerts of a webhook were not taken", {{"source", std::string(source)},
                                                     {"left_out_by_sender", std::to_string(batch.truncated)},
                                                     {"unread", std::to_string(batch.unread.size())}});
  return json_response(
      {{"alerts", std::move(answers)}, {"unread", batch.unread}, {"truncated", batch.truncated}});
}

}  // namespace

Result<net::Answer> hook_grafana(Services& services, const Call& call) {
  return take_alerts(services, call, "grafana");
}

Result<net::Answer> hook_alertmanager(Services& services, const Call& call) {
  return take_alerts(services, call, "alertmanager");
}

}  // namespace drover::server
