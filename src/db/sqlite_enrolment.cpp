#include <fmt/format.h>

#include "db/sqlite_rows.h"
#include "db/sqlite_store.h"

namespace drover::db {
namespace {

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

Error is_revoked(const DeviceId& id) {
  return {Code::not_authorized, fmt::format("the device \"{}\" was revoked", id.str())};
}

}  // namespace

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

}  // namespace drover::db
