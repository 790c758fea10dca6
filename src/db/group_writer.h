#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "db/sqlite.h"

namespace drover::db {

/// The one thread that writes: takes all changes that wait, makes them in one transaction with one sync, and
/// lets their callers go on when they are durable. A change that fails is undone alone.
class GroupWriter {
 public:
  using Change = std::function<Status(Sqlite& database)>;

  explicit GroupWriter(std::unique_ptr<Sqlite> database);
  ~GroupWriter();
  GroupWriter(const GroupWriter&) = delete;
  GroupWriter& operator=(const GroupWriter&) = delete;

  /// Returns when the change is on the disk or was refused.
  Status write(const Change& change);

 private:
  struct Job {
    const Change* change;
    Status outcome;
    bool is_done = false;
  };

  void work();
  void commit(const std::vector<Job*>& jobs);
  Status apply(Job& job);

  std::unique_ptr<Sqlite> database_;
  std::mutex mutex_;
  std::condition_variable has_work_;
  std::condition_variable has_results_;
  std::vector<Job*> waiting_;  // guarded by mutex_
  bool stopping_ = false;      // guarded by mutex_
  std::thread thread_;
};

}  // namespace drover::db
