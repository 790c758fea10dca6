// What each state of an update does, a step at a time.
#include <fmt/format.h>

#include <algorithm>

#include "agent/hashing.h"
#include "agent/updater.h"
#include "base/log.h"
#include "lifecycle/changes.h"
#include "lifecycle/mending.h"

namespace drover::agent {

using lifecycle::Event;
using lifecycle::Failure;
using lifecycle::Record;
using lifecycle::State;
using std::chrono::milliseconds;

namespace {

constexpr milliseconds kCountSavedEvery = std::chrono::minutes(1);

bool on_watch(State state) { return state == State::probation || state == State::holding; }

}  // namespace

Monotonic Updater::due() const {
  const Monotonic due = work_due();
  return due == Monotonic{0} || retry_at_ ? due : std::min(due, fitness_due());
}

Monotonic Updater::work_due() const {
  if (work_due_) return Monotonic{0};
  if (retry_at_) return *retry_at_;
  if (record_.state != State::probation || !policy_) return kNever;
  const milliseconds elapsed(record_.trial->elapsed_ms);
  milliseconds left = std::min(kCountSavedEvery, policy_->probation.duration - elapsed);
  if (!record_.trial->adopted && elapsed < policy_->probation.adopt_within)
    left = std::min(left, policy_->probation.adopt_within - elapsed);
  return counted_until_ + std::max(left, milliseconds(1));
}

void Updater::pump() {
  if (retry_at_ && clock_.monotonic() >= *retry_at_) {
    retry_at_.reset();
    handle(Event::retry_due, [](Record& next) {
      if (!next.mending) next.error.reset();
    });
    if (on_watch(record_.state)) work_due_ = true;
  }
  if (on_watch(record_.state))
    judge();
  else if (std::exchange(work_due_, false))
    return work();
  if (!work_due_ && !retry_at_) look_after();
}

/// What is looked for in the metadata: the version to repair, or the assigned one.
lifecycle::Assignment Updater::sought() const {
  if (!record_.mending) return *record_.assignment;
  const lifecycle::Installed& version = *lifecycle::find_version(record_, *record_.mending);
  return {.version = version.version, .order = version.order};
}

/// Whether the bundle under way is one whose damaged files are on the disk.
bool Updater::mends_target() const {
  const lifecycle::Installed* known = lifecycle::find_version(record_, record_.target->digest);
  return known != nullptr && known->damaged;
}

void Updater::work() {
  switch (record_.state) {
    case State::idle:
      return take_up_pending();
    case State::checking:
      if (const Status made = store_.prepare(model_); !made) return interrupted(made.error());
      prune();  // one that never commits leaves versions behind, too
      return hands_.check(model_, sought());
    case State::downloading:
      return hands_.download(model_, *record_.target, store_.paths(model_).part(record_.target->digest));
    case State::verifying:
      return verify();
    case State::staging:
      return unpack();
    case State::smoke_testing:
      return hands_.smoke_test(model_, store_.paths(model_).version(record_.target->digest), Haste::update);
    case State::switching:
      return swap();
    case State::probation:
    case State::holding:
      return judge();
    case State::committing:
      return commit();
    case State::rolling_back:
      return restore();
    case State::reporting:
      return finish();
  }
}

void Updater::verify() {
  const fs::Path part = store_.paths(model_).part(record_.target->digest);
  if (!hashing_) {
    auto file = store_.files().open(part, fs::Open::read);
    if (!file) return interrupted(file.error());
    hashing_ = std::make_unique<Hashing>(std::move(*file));
  }
  const auto whole = hashing_->step();
  if (!whole) return interrupted(whole.error());
  work_due_ = !*whole;
  if (!*whole) return;
  const auto hashed = std::move(hashing_);
  if (hashed->length() != record_.target->length)
    return failed(
        {Code::bad_length, fmt::format("{}: {} bytes, the signed metadata name {}", record_.target->path,
                                       hashed->length(), record_.target->length)});
  if (const Digest digest = hashed->digest(); digest != record_.target->digest)
    return failed(
        {Code::bad_digest, fmt::format("{}: SHA-256 is {}, the signed metadata name {}", record_.target->path,
                                       digest.hex(), record_.target->digest.hex())});
  handle(Event::verified);
}

void Updater::unpack() {
  const ModelPaths at = store_.paths(model_);
  const Digest digest = record_.target->digest;
  if (store_.is_installed(model_, digest) && !mends_target()) return unpacked();
  if (const Status removed = fs::remove_tree(store_.files(), at.unpacked(digest)); !removed)
    return failed(removed.error());
  hands_.unpack(model_, at.part(digest), at.unpacked(digest));
}

void Updater::unpacked() {
  if (record_.state != State::staging) return;
  const Digest digest = record_.target->digest;
  const Status installed = mends_target() ? store_.mend(model_, digest) : store_.install(model_, digest);
  if (!installed) return failed(installed.error());
  const auto manifest = store_.manifest_digest(model_, digest);
  if (!manifest) return failed(manifest.error());
  handle(Event::unpacked, [&](Record& next) { next.target->manifest = *manifest; });
  // Not before the state that needs it no more is durable. Probation may take days, with the bundle twice on
  // disk.
  if (record_.state == State::smoke_testing) drop_staged();
}

void Updater::drop_staged() {
  if (const Status cleared = store_.clear_staging(model_); !cleared)
    log::warn("cannot empty staging", {{"model", model_.str()}, {"error", cleared.error().text()}});
}

void Updater::swap() {
  const Digest digest = record_.target->digest;
  if (const Status swapped = store_.activate(model_, digest); !swapped) return interrupted(swapped.error());
  watch_.mend_tries = 0;
  note_looked();  // it passed its smoke test a moment ago
  const bool returns = record_.mending && lifecycle::find_version(record_, *record_.mending)->committed;
  handle(returns ? Event::returned : Event::switched,
         [&](Record& next) { lifecycle::swapped(next, options_.keep, environment_, now()); });
  if (record_.active && record_.active->digest == digest) hands_.active_changed(model_, *record_.active);
}

void Updater::prune() {
  if (const Status pruned = store_.prune(model_); !pruned)
    log::warn("cannot remove old versions", {{"model", model_.str()}, {"error", pruned.error().text()}});
}

void Updater::commit() {
  prune();
  handle(Event::committed);
}

void Updater::restore() {
  if (!record_.going_back_to)
    return static_cast<void>(
        handle(Event::nothing_to_restore, [&](Record& next) { lifecycle::restored(next, now()); }));
  const Digest digest = *record_.going_back_to;
  if (const Status restored = store_.activate(model_, digest); !restored)
    return interrupted(restored.error());
  watch_.looked = false;
  watch_.replace_tries = 0;
  if (record_.falling_back) note_looked();  // it was looked at before it was chosen
  handle(Event::restored, [&](Record& next) { lifecycle::restored(next, now()); });
  if (record_.active && record_.active->digest == digest) hands_.active_changed(model_, *record_.active);
}

/// Whatever ended: `active` is what the record says, and nothing is left behind.
void Updater::finish() {
  const auto tidied = [&]() -> Status {
    if (record_.active && DROVER_TRY(store_.active(model_)) != record_.active->digest)
      DROVER_TRY(store_.activate(model_, record_.active->digest));
    DROVER_TRY(store_.clear_staging(model_));
    return store_.prune(model_);
  }();
  if (!tidied) log::warn("cannot tidy up", {{"model", model_.str()}, {"error", tidied.error().text()}});
  if (record_.error) rest_until_next_round();
  handle(lifecycle::is_on_trial(record_) ? Event::on_trial : Event::reported);
}

void Updater::take_up_pending() {
  if (!record_.pending) return;
  const lifecycle::Assignment pending = *record_.pending;
  handle(Event::assigned, [&](Record& next) { lifecycle::begin(next, pending); });
}

void Updater::count_time() {
  const Monotonic now = clock_.monotonic();
  const auto passed = std::chrono::duration_cast<milliseconds>(now - counted_until_);
  counted_until_ += passed;
  record_.trial->elapsed_ms += static_cast<std::uint64_t>(passed.count());
}

void Updater::judge() {
  work_due_ = false;
  if (record_.pending) return take_up_pending();
  if (!policy_) {
    const auto read = store_.policy(model_, record_.active->digest);
    if (!read)
      log::error("the bundle's policy cannot be read; the default holds", {{"error", read.error().text()}});
    policy_ = read.value_or(policy::default_policy());
  }
  count_time();
  const lifecycle::Installed* back = lifecycle::way_back(record_, fingerprint_);
  const lifecycle::Judgement judgement =
      lifecycle::judge(policy_->probation, *record_.trial, lifecycle::kind_of(back));
  switch (judgement.verdict) {
    case lifecycle::Verdict::pass:
      if (held_) return static_cast<void>(handle(Event::undecided));
      handle(Event::passed, [&](Record& next) { lifecycle::commit(next, options_.keep, now()); });
      return;
    case lifecycle::Verdict::fail:
      handle(Event::condemned,
             [&, to = back == nullptr ? std::nullopt : std::optional(back->digest)](Record& next) {
               lifecycle::take_back(next, to, Failure{judgement.code, judgement.text});
             });
      return;
    case lifecycle::Verdict::hold:
      handle(Event::undecided);
      return;
    case lifecycle::Verdict::undecided:
      break;
  }
  if (milliseconds(record_.trial->elapsed_ms - saved_elapsed_ms_) >= kCountSavedEvery) write(record_);
}

}  // namespace drover::agent
