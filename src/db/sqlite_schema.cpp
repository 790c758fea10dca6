#include "db/sqlite_schema.h"

#include <fmt/format.h>

#include <array>

namespace drover::db {
namespace {

/// Step i brings version i to i + 1. A step that was released never changes; new ones are added at the end.
constexpr std::array kSteps = {
    R"(
create table operators (hash blob primary key, name text not null unique, role text not null) without rowid;
create table tokens (hash blob primary key, device text, labels text not null, expires_at integer not null,
                     used_at integer, used_by text) without rowid;
create table devices (id text primary key, labels text not null, enrolled_at integer not null, seen_at integer,
                      revoked integer not null default 0) without rowid;
create table certificates (serial text primary key, device text not null, not_after integer not null)
                      without rowid;
create table shadows (thing text, name text, document text not null, primary key (thing, name)) without rowid;
create table telemetry (device text, epoch text, seq integer, received_at integer not null, body text not null,
                        primary key (device, epoch, seq)) without rowid;
create index telemetry_by_time on telemetry (received_at);
create index telemetry_by_device on telemetry (device, received_at, seq);
create table telemetry_lost (device text, epoch text, low integer, high integer, received_at integer not null,
                             primary key (device, epoch, low, high)) without rowid;
create table audit (id integer primary key autoincrement, at integer not null, who text not null,
                    action text not null, target text not null, detail text not null);
create table settings (key text primary key, value text not null) without rowid;
)",
    R"(
alter table operators add column created_at integer;
alter table operators add column expires_at integer;
)",
    R"(
create table windows (id integer primary key autoincrement, device text not null, epoch text not null,
                      seq integer not null,
                      place integer not null, model text not null, version text not null, digest text not null,
                      begin_ms integer not null, end_ms integer not null, inferences integer not null,
                      failures integer not null, labelled integer not null, labelled_right integer not null,
                      confident integer not null, confidence_sum integer not null, confidence_rolling real,
                      latency_p50_ms real, latency_p95_ms real, latency_p99_ms real, dropped integer not null,
                      deaths integer not null, received_at integer not null, body text not null);
create unique index windows_once on windows (device, epoch, seq, place);
create index windows_by_device on windows (device, end_ms);
create index windows_by_model on windows (model, end_ms, device);
create table alerts (id integer primary key, device text not null, epoch text not null, seq integer not null,
                     place integer not null, model text not null, version text not null, digest text not null,
                     rule text not null, kind text not null, change text not null, at_ms integer not null,
                     received_at integer not null, newest integer not null, body text not null,
                     verdict text not null);
create unique index alerts_once on alerts (device, epoch, seq, place);
create unique index alerts_newest on alerts (device, model, rule) where newest = 1;
create index alerts_by_state on alerts (change, at_ms) where newest = 1;
create index alerts_by_device on alerts (device, at_ms);
create index alerts_by_model on alerts (model, at_ms);
create index alerts_by_time on alerts (at_ms);
)",
    R"(
create table outside_alerts (fingerprint text, starts_at text, status text, device text not null, model text not null,
                             sent_at integer not null, word text not null, detail text not null, rollback integer,
                             primary key (fingerprint, starts_at, status)) without rowid;
create index outside_alerts_by_time on outside_alerts (sent_at);
create index outside_alerts_by_rollback on outside_alerts (device, model, rollback) where rollback is not null;
)",
};

Result<std::int64_t> version_of(Sqlite& database) {
  Statement query = DROVER_TRY(database.prepare("pragma user_version"));
  DROVER_TRY(query.step());
  return query.integer();
}

}  // namespace

Status migrate(Sqlite& database) {
  const std::int64_t version = DROVER_TRY(version_of(database));
  if (version > static_cast<std::int64_t>(kSteps.size()))
    return fail(
        Code::bad_state,
        fmt::format("the database has schema {}, this server knows up to {}: use a newer drover-server",
                    version, kSteps.size()));
  for (auto step = static_cast<std::size_t>(version); step < kSteps.size(); ++step)
    DROVER_TRY(database.execute(
        fmt::format("begin immediate;{}pragma user_version = {};commit;", kSteps[step], step + 1)));
  return {};
}

}  // namespace drover::db
