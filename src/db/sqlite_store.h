#pragma once

#include <mutex>

#include "db/group_writer.h"
#include "db/store.h"

namespace drover::db {

/// Connections for reading, as many as there are readers at once.
class ReaderPool {
 public:
  explicit ReaderPool(std::string path) : path_(std::move(path)) {}

  /// A connection on loan.
  class Loan {
   public:
    Loan(ReaderPool& pool, std::unique_ptr<Sqlite> database) : pool_(&pool), database_(std::move(database)) {}
    ~Loan() {
      if (database_) pool_->give_back(std::move(database_));
    }
    Loan(Loan&&) = default;
    Loan& operator=(Loan&&) = delete;
    Sqlite* operator->() { return database_.get(); }
    Sqlite& operator*() { return *database_; }

   private:
    ReaderPool* pool_;
    std::unique_ptr<Sqlite> database_;
  };

  Result<Loan> borrow();

 private:
  void give_back(std::unique_ptr<Sqlite> database);

  std::string path_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<Sqlite>> idle_;  // guarded by mutex_
};

class SqliteStore : public Store {
 public:
  SqliteStore(std::string path, std::unique_ptr<Sqlite> writer)
      : readers_(std::move(path)), writer_(std::move(writer)) {}

  Status add_operator(const Operator& who, const Digest& token_hash) override;
  Result<std::optional<Operator>> find_operator(const Digest& token_hash) override;
  Result<std::vector<Operator>> list_operators() override;
  Status remove_operator(const std::string& name) override;
  Status add_token(const EnrolmentToken& token) override;
  Status enrol(const Digest& token_hash, const Certificate& certificate, UnixTime now) override;
  Status add_certificate(const Certificate& certificate) override;
  Result<bool> is_valid(const std::string& serial, const DeviceId& device) override;
  Result<std::optional<Device>> find_device(const DeviceId& id) override;
  Result<std::vector<Device>> list_devices(const std::string& after, std::size_t count) override;
  Status change_labels(const DeviceId& id, const Labels& changes) override;
  Status revoke_device(const DeviceId& id) override;
  Status note_seen(const std::map<DeviceId, UnixTime>& seen) override;
  Result<std::optional<std::string>> load_shadow(const std::string& thing, const std::string& name) override;
  Status change_shadow(const std::string& thing, const std::string& name,
                       const ShadowChange& change) override;
  Status add_telemetry(const DeviceId& device, const std::vector<TelemetryRow>& rows,
                       const std::vector<LostRange>& lost, UnixTime now) override;
  Result<std::vector<TelemetryRow>> list_telemetry(const DeviceId& device, std::size_t count) override;
  Result<std::size_t> prune_telemetry(UnixTime before, std::size_t count) override;
  Result<std::vector<WindowRow>> list_windows(const WindowFilter& filter, const ListedUpTo& from,
                                              std::size_t count, bool bodies) override;
  Result<std::vector<WindowRow>> list_windows_after(std::int64_t id, std::size_t count) override;
  Result<std::vector<WindowSums>> sum_windows(const WindowFilter& filter) override;
  Result<std::vector<DeviceId>> list_window_devices(const WindowFilter& filter, std::size_t count) override;
  Result<std::optional<std::int64_t>> find_window_end(const WindowFilter& filter, std::size_t newer) override;
  Result<std::size_t> prune_windows(UnixTime before, std::size_t count) override;
  Result<std::vector<AlertRow>> list_alerts(const AlertFilter& filter, const ListedUpTo& from,
                                            std::size_t count, bool verdicts) override;
  Result<std::optional<AlertRow>> find_alert(std::int64_t id) override;
  Result<std::size_t> prune_alerts(UnixTime before, std::size_t count) override;
  Result<OutsideAlertDecided> decide_outside_alert(const OutsideAlertRow& alert, const AuditRow& line,
                                                   const DecideOutsideAlert& decide) override;
  Result<std::size_t> prune_outside_alerts(UnixTime before, std::size_t count) override;
  Status add_audit(const AuditRow& row) override;
  Result<std::vector<AuditRow>> list_audit(std::int64_t before, std::size_t count) override;
  Status put_setting(const std::string& key, const std::string& value) override;
  Result<std::optional<std::string>> find_setting(const std::string& key) override;

 private:
  /// Runs a statement that deletes rows with a time below ? and at most ? of them.
  Result<std::size_t> prune(const char* sql, UnixTime before, std::size_t count);

  ReaderPool readers_;
  GroupWriter writer_;
};

}  // namespace drover::db
