#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/digest.h"
#include "base/ids.h"
#include "base/result.h"
#include "db/watch_rows.h"

namespace drover::db {

using Labels = std::map<std::string, std::string>;

struct Device {
  DeviceId id = {};
  Labels labels = {};
  UnixTime enrolled_at = {};
  std::optional<UnixTime> seen_at = {};
  bool revoked = false;
};

struct Certificate {
  std::string serial = {};
  DeviceId device = {};
  UnixTime not_after = {};
};

/// A one-time right to enrol. The token itself is never stored.
struct EnrolmentToken {
  Digest hash = {};
  std::optional<DeviceId> device = {};  // none: any device
  Labels labels = {};                   // given to the device that uses it
  UnixTime expires_at = {};
};

enum class Role : std::uint8_t { viewer, operator_, admin };

struct Operator {
  std::string name = {};
  Role role = Role::viewer;
  std::optional<UnixTime> created_at = {};
  std::optional<UnixTime> expires_at = {};  // none: good until it is removed
};

struct TelemetryRow {
  std::string epoch = {};
  std::uint64_t seq = 0;
  UnixTime received_at = {};
  std::string body = {};                // JSON text, without windows and alerts
  std::vector<WindowRow> windows = {};  // for add_telemetry(); never listed with the row
  std::vector<AlertRow> alerts = {};    // likewise
};

struct LostRange {
  std::string epoch = {};
  std::uint64_t low = 0;
  std::uint64_t high = 0;
};

struct AuditRow {
  std::int64_t id = 0;  // given by the store
  UnixTime at = {};
  std::string who = {};
  std::string action = {};
  std::string target = {};
  std::string detail = {};  // JSON text
};

/// An alert of another system (docs/formats/hooks.md). Fingerprint, start and status name it for ever.
struct OutsideAlertRow {
  std::string fingerprint = {}, starts_at = {}, status = {};
  std::string device = {}, model = {};  // as its labels say; empty: it has none
};

/// What an alert is decided on with.
struct OutsideAlertGround {
  std::optional<std::string> shadow = {};      // the device's own
  std::optional<std::uint64_t> rollback = {};  // the last order by which an alert rolled the model back there
};

struct OutsideAlertDecision {
  std::string word = {};                    // "recorded", "held", "rolled_back"
  std::string detail = {};                  // JSON text
  std::optional<std::string> shadow = {};   // in place of the device's own
  std::optional<std::uint64_t> order = {};  // of a rollback
};

struct OutsideAlertDecided {
  bool is_new = false;  // else it was decided before, and nothing was done
  std::string word = {};
  std::string detail = {};
};

/// What the server remembers. Every change is durable when the call returns; calls may come from any thread
/// and block for the time of a disk write. Errors: not_found, already_exists, not_authenticated, io_failed,
/// disk_full, bad_record.
class Store {
 public:
  static constexpr std::size_t kShadowsMax = 32;  // of a thing, its own and named ones, deleted ones too

  virtual ~Store() = default;

  virtual Status add_operator(const Operator& who, const Digest& token_hash) = 0;  // already_exists
  /// Also one whose token has expired.
  virtual Result<std::optional<Operator>> find_operator(const Digest& token_hash) = 0;
  virtual Result<std::vector<Operator>> list_operators() = 0;  // by name
  /// not_found; conflict for the last admin whose token does not expire.
  virtual Status remove_operator(const std::string& name) = 0;

  virtual Status add_token(const EnrolmentToken& token) = 0;
  /// Uses the token up and writes the device and its certificate, or changes nothing: not_authenticated for a
  /// token that is unknown, used, expired or another device's; not_authorized for a revoked device.
  virtual Status enrol(const Digest& token_hash, const Certificate& certificate, UnixTime now) = 0;
  /// A renewed certificate; not_authorized for a device that is revoked, not_found for none.
  virtual Status add_certificate(const Certificate& certificate) = 0;
  /// Whether the serial was issued to the device and neither is revoked.
  virtual Result<bool> is_valid(const std::string& serial, const DeviceId& device) = 0;

  virtual Result<std::optional<Device>> find_device(const DeviceId& id) = 0;
  /// Up to `count` devices with ids after `after` ("" for the first), in order.
  virtual Result<std::vector<Device>> list_devices(const std::string& after, std::size_t count) = 0;
  /// Sets labels; an empty value removes one. not_found.
  virtual Status change_labels(const DeviceId& id, const Labels& changes) = 0;
  /// Revokes the device and all its certificates for ever. not_found.
  virtual Status revoke_device(const DeviceId& id) = 0;
  virtual Status note_seen(const std::map<DeviceId, UnixTime>& seen) = 0;

  virtual Result<std::optional<std::string>> load_shadow(const std::string& thing,
                                                         const std::string& name) = 0;
  /// Replaces a shadow by what `change` makes of it, with no other change in between. A failure of `change`
  /// is the call's. `change` is quick and does not call the store. too_many for a new name when the thing has
  /// kShadowsMax of them.
  using ShadowChange = std::function<Result<std::string>(const std::optional<std::string>& before)>;
  virtual Status change_shadow(const std::string& thing, const std::string& name,
                               const ShadowChange& change) = 0;

  /// Keeps the rows that are not there yet (device, epoch and seq name a row), each with its windows and
  /// alerts or not at all.
  virtual Status add_telemetry(const DeviceId& device, const std::vector<TelemetryRow>& rows,
                               const std::vector<LostRange>& lost, UnixTime now) = 0;
  /// The newest rows that hold more than windows and alerts, newest first.
  virtual Result<std::vector<TelemetryRow>> list_telemetry(const DeviceId& device, std::size_t count) = 0;
  /// Forgets telemetry received before `before`, up to `count` rows; answers how many.
  virtual Result<std::size_t> prune_telemetry(UnixTime before, std::size_t count) = 0;

  /// Up to `count` windows that fit, the newest end first, after the place `from`. Without `bodies` the rows
  /// have none.
  virtual Result<std::vector<WindowRow>> list_windows(const WindowFilter& filter, const ListedUpTo& from,
                                                      std::size_t count, bool bodies) = 0;
  /// Up to `count` windows that came after the one with this id (0: from the first), in the order in which
  /// they came, with their bodies.
  virtual Result<std::vector<WindowRow>> list_windows_after(std::int64_t id, std::size_t count) = 0;
  /// The windows that fit, added up by version.
  virtual Result<std::vector<WindowSums>> sum_windows(const WindowFilter& filter) = 0;
  /// Up to `count` devices, by id, that sent a window that fits.
  virtual Result<std::vector<DeviceId>> list_window_devices(const WindowFilter& filter,
                                                            std::size_t count) = 0;
  /// When the window ended that has `newer` newer ones that fit; nothing where there are not so many.
  virtual Result<std::optional<std::int64_t>> find_window_end(const WindowFilter& filter,
                                                              std::size_t newer) = 0;
  /// Forgets windows received before `before`, up to `count` of those that came first; answers how many.
  virtual Result<std::size_t> prune_windows(UnixTime before, std::size_t count) = 0;

  /// Up to `count` alerts that fit, the newest first, after the place `from`. Without `verdicts` the rows
  /// have none.
  virtual Result<std::vector<AlertRow>> list_alerts(const AlertFilter& filter, const ListedUpTo& from,
                                                    std::size_t count, bool verdicts) = 0;
  /// With its verdict.
  virtual Result<std::optional<AlertRow>> find_alert(std::int64_t id) = 0;
  /// As prune_windows().
  virtual Result<std::size_t> prune_alerts(UnixTime before, std::size_t count) = 0;

  /// Decides on an alert, once: what `decide` answers is stored as one step, with the shadow where it changes
  /// it and `line` in the audit, whose detail it becomes. `decide` is quick and does not call the store; its
  /// failure is the call's and leaves nothing.
  using DecideOutsideAlert = std::function<Result<OutsideAlertDecision>(const OutsideAlertGround& ground)>;
  virtual Result<OutsideAlertDecided> decide_outside_alert(const OutsideAlertRow& alert, const AuditRow& line,
                                                           const DecideOutsideAlert& decide) = 0;
  /// Forgets alerts last sent before `before`, up to `count`; answers how many.
  virtual Result<std::size_t> prune_outside_alerts(UnixTime before, std::size_t count) = 0;

  virtual Status add_audit(const AuditRow& row) = 0;
  /// The newest rows, newest first, before row `before` (0: from the newest).
  virtual Result<std::vector<AuditRow>> list_audit(std::int64_t before, std::size_t count) = 0;

  virtual Status put_setting(const std::string& key, const std::string& value) = 0;
  virtual Result<std::optional<std::string>> find_setting(const std::string& key) = 0;
};

/// Opens or makes the database file and brings its schema up to date. Errors: io_failed, bad_state (a file
/// that is no database or a newer Drover's).
Result<std::unique_ptr<Store>> open_sqlite_store(const std::string& path);

std::string_view name(Role role);
Result<Role> parse_role(std::string_view text);

}  // namespace drover::db
