#include "agent/environment_watch.h"

#include "agent/environment.h"
#include "base/log.h"
#include "lifecycle/requalification.h"

namespace drover::agent {
namespace {

constexpr std::chrono::minutes kLookEvery{1};

}  // namespace

EnvironmentWatch::EnvironmentWatch(Clock& clock, bundle::WorkerOptions worker,
                                   const Result<bundle::AboutReport>& engine, OnChanged on_changed)
    : clock_(clock), worker_(std::move(worker)), on_changed_(std::move(on_changed)) {
  take(engine);
  look_at_ = clock_.monotonic() + kLookEvery;
}

void EnvironmentWatch::take(const Result<bundle::AboutReport>& engine) {
  environment_ = environment_of(engine);
  library_ = engine ? engine->library : "";
  mark_ = file_mark(library_);
}

void EnvironmentWatch::descriptors(std::vector<int>& into) const {
  if (!asking_) return;
  for (const int fd : asking_->fds()) into.push_back(fd);
}

Monotonic EnvironmentWatch::due() const {
  return asking_ ? clock_.monotonic() + asking_->poll_timeout() : look_at_;
}

void EnvironmentWatch::pump() {
  if (!asking_) return look();
  if (!asking_->pump()) return;
  const lifecycle::Environment before = environment_;
  take(bundle::interpret_about(asking_->result()));
  asking_.reset();
  if (environment_ == before) return;
  log::info("the model runtime changed", {{"what", lifecycle::difference(before, environment_)}});
  on_changed_(environment_);
}

/// Where there was no runtime, one may have come.
void EnvironmentWatch::look() {
  if (clock_.monotonic() < look_at_) return;
  look_at_ = clock_.monotonic() + kLookEvery;
  if (library_.empty() || file_mark(library_) != mark_) ask();
}

void EnvironmentWatch::ask() {
  const auto command = bundle::about_command(worker_);
  if (!command) return;
  auto child = Child::start(*command, clock_);
  if (child) asking_ = std::move(*child);
}

}  // namespace drover::agent
