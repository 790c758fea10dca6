#include "loader.h"

#include <poll.h>
#include <sys/eventfd.h>

#include <array>

namespace drover::sdk {

Loader::Loader(Handle& handle, std::unique_ptr<runtime::Engine> engine, runtime::SessionOptions options)
    : handle_(handle),
      engine_(std::move(engine)),
      options_(std::move(options)),
      stop_(::eventfd(0, EFD_CLOEXEC)),
      thread_([this] { run(); }) {}

Loader::~Loader() {
  ::eventfd_write(stop_.get(), 1);
  thread_.join();
}

void Loader::run() {
  constexpr int kRingPollMs = 500;
  Watch watch = handle_.watch();
  for (;;) {
    look(watch);
    handle_.poll_ring();
    std::array<pollfd, 2> fds = {{{.fd = stop_.get(), .events = POLLIN, .revents = 0},
                                  {.fd = watch.fd(), .events = POLLIN, .revents = 0}}};
    ::poll(fds.data(), fds.size(), kRingPollMs);
    if (fds[0].revents != 0) return;
  }
}

/// Loads what is active unless it is loaded, or failed a short while ago.
void Loader::look(Watch& watch) {
  const std::optional<Digest> active = watch.look();
  if (!active || active == loaded_) return;
  if (active == failed_ && std::chrono::steady_clock::now() < retry_at_) return;
  load();
}

void Loader::load() {
  Result<HeldVersion> version = HeldVersion::acquire(handle_.model_dir());
  std::optional<Digest> digest;
  if (version) {
    digest = version->digest();
    handle_.take_up(*digest);  // before it is touched: loading may be what ends this process
  }
  Result<std::unique_ptr<LoadedModel>> model =
      version ? load_model(std::move(*version), *engine_, options_) : fail(std::move(version).error());
  const std::lock_guard lock(mutex_);
  if (model) {
    next_ = std::move(*model);
    has_next_.store(true, std::memory_order_release);
    has_loaded_ = true;
    loaded_ = digest;
    failed_.reset();
  } else {
    if (digest) handle_.take_up(loaded_.value_or(Digest{}));
    reason_ = std::move(model).error();
    failed_ = digest;
    retry_at_ = std::chrono::steady_clock::now() + kRetry;
  }
  changed_.notify_all();
}

std::unique_ptr<LoadedModel> Loader::take() {
  if (!has_next_.load(std::memory_order_acquire)) return nullptr;
  const std::lock_guard lock(mutex_);
  has_next_.store(false, std::memory_order_relaxed);
  return std::move(next_);
}

Status Loader::wait(std::chrono::milliseconds time_max) {
  std::unique_lock lock(mutex_);
  const auto settled = [this] { return has_loaded_ || reason_.code != Code::not_found; };
  if (!changed_.wait_for(lock, time_max, settled)) return fail(Code::timed_out, reason_.message);
  if (!has_loaded_) return fail(reason_);
  return {};
}

Error Loader::reason() const {
  const std::lock_guard lock(mutex_);
  return reason_;
}

}  // namespace drover::sdk
