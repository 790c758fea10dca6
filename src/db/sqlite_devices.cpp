#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "db/sqlite_store.h"

namespace drover::db {
namespace {

std::int64_t seconds(UnixTime time) { return time.time_since_epoch().count(); }
UnixTime time_of(std::int64_t value) { return UnixTime(std::chrono::seconds(value)); }

std::string labels_text(const Labels& labels) { return nlohmann::json(labels).dump(); }

Result<Labels> parse_labels(const std::string& text) {
  const auto parsed = nlohmann::json::parse(text, nullptr, false);
  Labels labels;
  if (!parsed.is_object()) return fail(Code::bad_record, "stored labels are no JSON object");
  for (const auto& [name, value] : parsed.items())
    if (value.is_string()) labels[name] = value.get<std::string>();
  return labels;
}

constexpr const char* kSelectDevice =
    "select id, labels, enrolled_at, seen_at, revoked from devices where id = ?";

Result<Device> read_device(Statement& row) {
  Device device;
  device.id = DROVER_TRY(DeviceId::parse(row.text()));
  device.labels = DROVER_TRY(parse_labels(row.text()));
  device.enrolled_at = time_of(row.integer());
  if (const auto seen = row.optional_integer()) device.seen_at = time_of(*seen);
  device.revoked = row.integer() != 0;
  return device;
}

Result<std::optional<Device>> select_device(Sqlite& database, const DeviceId& id) {
  auto query = DROVER_TRY(database.prepare(kSelectDevice));
  query.bind(id.str());
  if (!DROVER_TRY(query.step())) return std::nullopt;
  return DROVER_TRY(read_device(query));
}

/// The labels that the token gives, when it is good for this device now.
Result<Labels> check_token(Sqlite& database, const Digest& hash, const DeviceId& device, UnixTime now) {
  auto query =
      DROVER_TRY(database.prepare("select device, labels, expires_at, used_at from tokens where hash = ?"));
  query.bind(ByteView(hash.bytes));
  if (!DROVER_TRY(query.step())) return fail(Code::not_authenticated, "the enrolment token is not known");
  const auto bound_to = query.optional_text();
  const std::string labels = query.text();
  const UnixTime expires_at = time_of(query.integer());
  if (query.optional_integer())
    return fail(Code::not_authenticated,
                "the enrolment token was used already; each is good for one enrolment");
  if (now >= expires_at)
    return fail(Code::not_authenticated,
                fmt::format("the enrolment token expired at {}", format_time(expires_at)));
  if (bound_to && *bound_to != device.str())
    return fail(Code::not_authenticated,
                fmt::format("the enrolment token is another device's, not {}'s", device.str()));
  return parse_labels(labels);
}

Status use_token(Sqlite& database, const Digest& hash, const DeviceId& device, UnixTime now) {
  auto write = DROVER_TRY(database.prepare("update tokens set used_at = ?, used_by = ? where hash = ?"));
  return write.bind(seconds(now)).bind(device.str()).bind(ByteView(hash.bytes)).run();
}

Status insert_certificate(Sqlite& database, const Certificate& certificate) {
  auto write =
      DROVER_TRY(database.prepare("insert into certificates (serial, device, not_after) values (?, ?, ?)"));
  return write.bind(certificate.serial)
      .bind(certificate.device.str())
      .bind(seconds(certificate.not_after))
      .run();
}

Status update_labels(Sqlite& database, const DeviceId& id, Labels labels, const Labels& changes) {
  for (const auto& [name, value] : changes) {
    if (value.empty()) {
      labels.erase(name);
    } else {
      labels[name] = value;
    }
  }
  auto write = DROVER_TRY(database.prepare("update devices set labels = ? where id = ?"));
  return write.bind(labels_text(labels)).bind(id.str()).run();
}

Error no_device(const DeviceId& id) {
  return {Code::not_found, fmt::format("there is no device \"{}\"", id.str())};
}

Error is_revoked(const DeviceId& id) {
  return {Code::not_authorized, fmt::format("the device \"{}\" was revoked", id.str())};
}

}  // namespace

std::string_view name(Role role) {
  switch (role) {
    case Role::viewer:
      return "viewer";
    case Role::operator_:
      return "operator";
    case Role::admin:
      return "admin";
  }
  return "";
}

Result<Role> parse_role(std::string_view text) {
  for (Role role : {Role::viewer, Role::operator_, Role::admin})
    if (name(role) == text) return role;
  return fail(Code::invalid_argument, fmt::format("\"{}\" is no role: viewer, operator or admin", text));
}

Status SqliteStore::add_operator(const Operator& who, const Digest& token_hash) {
  return writer_.write([&](Sqlite& database) -> Status {
    auto write = DROVER_TRY(database.prepare("insert into operators (hash, name, role) values (?, ?, ?)"));
    return write.bind(ByteView(token_hash.bytes)).bind(who.name).bind(std::string(name(who.role))).run();
  });
}

Result<std::optional<Operator>> SqliteStore::find_operator(const Digest& token_hash) {
  auto reader = DROVER_TRY(readers_.borrow());
  auto query = DROVER_TRY(reader->prepare("select name, role from operators where hash = ?"));
  query.bind(ByteView(token_hash.bytes));
  if (!DROVER_TRY(query.step())) return std::nullopt;
  std::string who = query.text();
  return Operator{std::move(who), DROVER_TRY(parse_role(query.text()))};
}

Status SqliteStore::add_token(const EnrolmentToken& token) {
  return writer_.write([&](Sqlite& database) -> Status {
    auto write = DROVER_TRY(
        database.prepare("insert into tokens (hash, device, labels, expires_at) values (?, ?, ?, ?)"));
    write.bind(ByteView(token.hash.bytes));
    if (token.device) {
      write.bind(token.device->str());
    } else {
      write.bind_null();
    }
    return write.bind(labels_text(token.labels)).bind(seconds(token.expires_at)).run();
  });
}

Status SqliteStore::enrol(const Digest& token_hash, const Certificate& certificate, UnixTime now) {
  return writer_.write([&](Sqlite& database) -> Status {
    const Labels labels = DROVER_TRY(check_token(database, token_hash, certificate.device, now));
    const auto known = DROVER_TRY(select_device(database, certificate.device));
    if (known && known->revoked) return fail(is_revoked(certificate.device));
    DROVER_TRY(use_token(database, token_hash, certificate.device, now));
    if (!known) {
      auto write =
          DROVER_TRY(database.prepare("insert into devices (id, labels, enrolled_at) values (?, '{}', ?)"));
      DROVER_TRY(write.bind(certificate.device.str()).bind(seconds(now)).run());
    }
    DROVER_TRY(update_labels(database, certificate.device, known ? known->labels : Labels{}, labels));
    return insert_certificate(database, certificate);
  });
}

Status SqliteStore::add_certificate(const Certificate& certificate) {
  return writer_.write([&](Sqlite& database) -> Status {
    const auto known = DROVER_TRY(select_device(database, certificate.device));
    if (!known) return fail(no_device(certificate.device));
    if (known->revoked) return fail(is_revoked(certificate.device));
    return insert_certificate(database, certificate);
  });
}

Result<bool> SqliteStore::is_valid(const std::string& serial, const DeviceId& device) {
  auto reader = DROVER_TRY(readers_.borrow());
  auto query =
      DROVER_TRY(reader->prepare("select 1 from certificates join devices on devices.id = certificates.device"
                                 " where serial = ? and device = ? and revoked = 0"));
  query.bind(serial).bind(device.str());
  return query.step();
}

Result<std::optional<Device>> SqliteStore::find_device(const DeviceId& id) {
  auto reader = DROVER_TRY(readers_.borrow());
  auto query = DROVER_TRY(reader->prepare(kSelectDevice));
  query.bind(id.str());
  if (!DROVER_TRY(query.step())) return std::nullopt;
  return DROVER_TRY(read_device(query));
}

Result<std::vector<Device>> SqliteStore::list_devices(const std::string& after, std::size_t count) {
  auto reader = DROVER_TRY(readers_.borrow());
  auto query =
      DROVER_TRY(reader->prepare("select id, labels, enrolled_at, seen_at, revoked from devices"
                                 " where id > ? order by id limit ?"));
  query.bind(after).bind(static_cast<std::int64_t>(count));
  std::vector<Device> devices;
  while (DROVER_TRY(query.step())) devices.push_back(DROVER_TRY(read_device(query)));
  return devices;
}

Status SqliteStore::change_labels(const DeviceId& id, const Labels& changes) {
  return writer_.write([&](Sqlite& database) -> Status {
    const auto known = DROVER_TRY(select_device(database, id));
    if (!known) return fail(no_device(id));
    return update_labels(database, id, known->labels, changes);
  });
}

Status SqliteStore::revoke_device(const DeviceId& id) {
  return writer_.write([&](Sqlite& database) -> Status {
    auto write = DROVER_TRY(database.prepare("update devices set revoked = 1 where id = ?"));
    DROVER_TRY(write.bind(id.str()).run());
    if (database.changes() == 0) return fail(no_device(id));
    return {};
  });
}

Status SqliteStore::note_seen(const std::map<DeviceId, UnixTime>& seen) {
  return writer_.write([&](Sqlite& database) -> Status {
    for (const auto& [id, at] : seen) {
      auto write = DROVER_TRY(database.prepare("update devices set seen_at = ? where id = ?"));
      DROVER_TRY(write.bind(seconds(at)).bind(id.str()).run());
    }
    return {};
  });
}

}  // namespace drover::db
