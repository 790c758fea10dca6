#include "db/group_writer.h"

#include "base/assert.h"

namespace drover::db {

GroupWriter::GroupWriter(std::unique_ptr<Sqlite> database)
    : database_(std::move(database)), thread_([this] { work(); }) {}

GroupWriter::~GroupWriter() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  has_work_.notify_one();
  thread_.join();
}

Status GroupWriter::write(const Change& change) {
  Job job{.change = &change, .outcome = {}};
  std::unique_lock lock(mutex_);
  DROVER_ASSERT(!stopping_);
  waiting_.push_back(&job);
  has_work_.notify_one();
  has_results_.wait(lock, [&job] { return job.is_done; });
  return std::move(job.outcome);
}

void GroupWriter::work() {
  std::unique_lock lock(mutex_);
  for (;;) {
    has_work_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
    if (waiting_.empty()) return;
    const std::vector<Job*> jobs = std::exchange(waiting_, {});
    lock.unlock();
    commit(jobs);
    lock.lock();
    for (Job* job : jobs) job->is_done = true;
    has_results_.notify_all();
  }
}

void GroupWriter::commit(const std::vector<Job*>& jobs) {
  Status whole = database_->execute("begin immediate");
  if (whole)
    for (Job* job : jobs) job->outcome = apply(*job);
  if (whole) whole = database_->execute("commit");
  if (whole) return;
  (void)database_->execute("rollback");
  for (Job* job : jobs)
    if (job->outcome) job->outcome = fail(whole.error());
}

Status GroupWriter::apply(Job& job) {
  DROVER_TRY(database_->execute("savepoint change"));
  Status outcome = (*job.change)(*database_);
  if (!outcome) DROVER_TRY(database_->execute("rollback to change"));
  DROVER_TRY(database_->execute("release change"));
  return outcome;
}

}  // namespace drover::db
