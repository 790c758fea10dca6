#include "agent/updater.h"

#include <fmt/format.h>

#include <algorithm>

#include "agent/hashing.h"
#include "agent/updater_look.h"
#include "base/log.h"
#include "lifecycle/changes.h"
#include "lifecycle/mending.h"

namespace drover::agent {

using lifecycle::Action;
using lifecycle::Event;
using lifecycle::Failure;
using lifecycle::Record;
using lifecycle::State;

namespace {

Failure failure_of(const Error& error) { return {error.code, error.text()}; }

/// What a machine may die of again and again if it is simply repeated.
bool counts_restarts(State state) {
  return state == State::verifying || state == State::staging || state == State::smoke_testing;
}

bool hands_at_work(State state) {
  return state == State::checking || state == State::downloading || state == State::staging ||
         state == State::smoke_testing;
}

}  // namespace

Updater::Updater(ModelName model, DeviceStore& store, Hands& hands, const Clock& clock,
                 UpdaterOptions options)
    : model_(std::move(model)), store_(store), hands_(hands), clock_(clock), options_(std::move(options)) {
  record_ = store_.record(model_);
}

Updater::~Updater() = default;

void Updater::start() {
  if (record_.active) hands_.active_changed(model_, *record_.active);
  if (record_.state == State::idle) {  // nothing to do again, so nothing to write
    work_due_ = record_.pending.has_value();
    return tell(report());
  }
  const bool again = counts_restarts(record_.state);
  if (again && record_.attempts >= options_.retry.attempts_max)
    return failed({Code::internal, fmt::format("the device stopped {} times while {}", record_.attempts,
                                               name(record_.state))});
  handle(Event::restarted, [again](Record& next) { next.attempts += again ? 1 : 0; });
}

// --- Events

bool Updater::handle(Event event, const Change& change) {
  const lifecycle::Transition transition = lifecycle::next(record_.state, event);
  switch (transition.action) {
    case Action::enter:
      enter(transition.next, event, change);
      return true;
    case Action::refuse:
      return false;
    case Action::wait:
    case Action::remember:
      if (change) {
        Record next = record_;
        change(next);
        write(std::move(next));
      }
      return true;
    case Action::ignore:
      return true;
  }
  return true;
}

void Updater::enter(State state, Event event, const Change& change) {
  Record next = record_;
  const State left = record_.state;
  if (state != left) next.attempts = 0;
  next.state = state;
  if (change) change(next);
  const bool abandons = event == Event::assigned || event == Event::rollback_asked;
  if (look_ || (abandons && hands_at_work(left))) hands_.cancel(model_);
  look_.reset();  // an update goes first; the look begins anew after it
  if (state == State::probation) policy_.reset();
  retry_at_.reset();
  hashing_.reset();
  if (!write(std::move(next))) return;
  work_due_ = true;
  counted_until_ = clock_.monotonic();
}

bool Updater::write(Record next) {
  if (const Status saved = store_.save(model_, next); !saved) {
    not_saved(saved.error(), next);
    return false;
  }
  record_ = std::move(next);
  saved_elapsed_ms_ = record_.trial ? record_.trial->elapsed_ms : 0;
  tell(report());
  return true;
}

/// Before the switch an update that cannot be remembered is dropped: what it staged goes, which may be the
/// very space that lacks, and the reason is told. After the switch nothing can be dropped: the step is done
/// again later.
void Updater::not_saved(const Error& error, const Record& wanted) {
  log::warn("cannot write the state", {{"model", model_.str()}, {"error", error.text()}});
  static_cast<void>(store_.clear_staging(model_));
  const State state = record_.state;
  if (lifecycle::before_switch(state) || state == State::idle) return drop(error, wanted);
  static_cast<void>(store_.prune(model_));
  if (state == State::reporting) {  // the outcome is durable: only the return to idle is not
    record_.state = State::idle;
    tell(report());
    return;
  }
  retry_at_ = clock_.monotonic() + lifecycle::retry_delay(options_.retry, 1, options_.jitter());
  lifecycle::Report stuck = report();
  stuck.error = failure_of(error);
  tell(stuck);
}

void Updater::drop(const Error& error, const Record& wanted) {
  if (hands_at_work(record_.state)) hands_.cancel(model_);
  Record next = record_;
  next.assignment = wanted.assignment;
  if (wanted.mending) next.mending = wanted.mending;  // a repair that could not begin
  give_up(next, error, record_.state);
  next.state = lifecycle::is_on_trial(next) ? State::probation : State::idle;
  static_cast<void>(store_.save(model_, next));
  record_ = std::move(next);
  static_cast<void>(store_.prune(model_));
  rest_until_next_round();
  work_due_ = record_.state == State::probation;
  tell(report());
}

void Updater::tell(const lifecycle::Report& now_said) {
  if (told_ == now_said) return;
  told_ = now_said;
  hands_.report(model_, now_said);
}

void Updater::rest_until_next_round() {
  if (!record_.error) return;
  next_round_ = clock_.monotonic() + lifecycle::round_delay(options_.rounds, record_.error->code,
                                                            record_.rounds, options_.jitter());
}

bool Updater::may_try_again() const {
  if (record_.state != State::idle || lifecycle::is_settled(record_)) return false;
  return !next_round_ || clock_.monotonic() >= *next_round_;
}

void Updater::assign(const lifecycle::Assignment& assignment) {
  const auto& newest = record_.pending ? record_.pending : record_.assignment;
  if (assignment.order < lifecycle::order_reached(record_).value_or(0)) return;
  if (newest && assignment == *newest && (record_.pending || !may_try_again())) return;
  if (held_) return;  // told again when the rule that holds it is quiet
  const bool later = lifecycle::next(record_.state, Event::assigned).action == Action::remember;
  next_round_.reset();
  handle(Event::assigned, [&](Record& next) {
    if (later)
      next.pending = assignment;
    else
      lifecycle::begin(next, assignment);
  });
}

void Updater::downloaded() { handle(Event::downloaded); }

void Updater::smoke_passed() {
  if (look_) return looked(std::nullopt);
  if (!record_.mending) return static_cast<void>(handle(Event::smoke_passed));
  if (record_.active->digest != *record_.mending)
    return static_cast<void>(
        handle(Event::smoke_passed, [&](Record& next) { lifecycle::may_return(next, now()); }));
  note_looked();
  watch_.mend_tries = 0;
  handle(Event::mended, [&](Record& next) { lifecycle::mended(next, environment_, now()); });
}

void Updater::interrupted(const Error& error) {
  if (look_) return looked(error);
  if (lifecycle::next(record_.state, Event::interrupted).action != Action::wait) return;
  if (record_.attempts + 1 >= options_.retry.attempts_max) return failed(error);
  log::warn("update interrupted", {{"model", model_.str()}, {"error", error.text()}});
  handle(Event::interrupted, [&](Record& next) {
    ++next.attempts;
    if (!next.mending) next.error = failure_of(error);
  });
  if (record_.state == State::idle) return;  // it could not be written
  retry_at_ =
      clock_.monotonic() + lifecycle::retry_delay(options_.retry, record_.attempts, options_.jitter());
}

void Updater::failed(const Error& error) {
  if (look_) return looked(error);
  if (lifecycle::next(record_.state, Event::failed).action != Action::enter) return;
  end_with(error);
}

void Updater::end_with(const Error& error) {
  const State during = record_.state;
  handle(Event::failed, [&](Record& next) { give_up(next, error, during); });
}

void Updater::give_up(Record& next, const Error& error, State during) {
  if (!next.mending) return lifecycle::abandon(next, failure_of(error), now());
  const bool samples_failed =
      during == State::smoke_testing &&
      lifecycle::judge_samples(error.code, lifecycle::kTriesMax) == lifecycle::Samples::failed;
  watch_.mend_failed = next.active && next.active->digest == *next.mending;
  log::error("a version on the disk could not be repaired",
             {{"model", model_.str()}, {"error", error.text()}});
  lifecycle::mending_failed(next, failure_of(error), samples_failed ? fingerprint_ : "", now());
}

void Updater::clock_is_right() {
  if (record_.error && lifecycle::is_about_time(record_.error->code)) next_round_.reset();
}

void Updater::observe(const Digest& digest, const lifecycle::Counts& counts) {
  if (!record_.active || record_.active->digest != digest) return;
  if (!record_.trial) {
    record_.usual = lifecycle::remember(record_.usual, counts);
    return;
  }
  record_.trial->after += counts;
  record_.trial->adopted |= counts.samples > 0;
  if (record_.state == State::probation || record_.state == State::holding) work_due_ = true;
}

// --- What watching tells and asks for

void Updater::alarmed(const Digest& digest, const std::string& why) {
  if (!record_.active || record_.active->digest != digest || !record_.trial) return;
  if (record_.trial->alarm.empty()) record_.trial->alarm = why;
  if (record_.state == State::probation || record_.state == State::holding) work_due_ = true;
}

Status Updater::take_back(const Failure& why) {
  const lifecycle::Installed* back = lifecycle::way_back(record_, fingerprint_);
  if (!record_.active || back == nullptr)
    return fail(Code::not_found, "nothing better is kept on this device");
  const bool is_free =
      record_.state == State::idle || record_.state == State::probation || record_.state == State::holding;
  const auto change = [&, to = back->digest](Record& next) { lifecycle::take_back(next, to, why); };
  const State before = record_.state;
  if (!is_free || !handle(Event::rollback_asked, change) || record_.state == before)
    return fail(Code::conflict, fmt::format("the update is {}", name(record_.state)));
  return {};
}

void Updater::hold(bool is_held) {
  const bool was_held = std::exchange(held_, is_held);
  const bool on_watch = record_.state == State::probation || record_.state == State::holding;
  if (was_held && !is_held && on_watch) work_due_ = true;
}

// --- What a person asks

Status Updater::roll_back(const std::optional<Version>& version) {
  const auto wanted = [&](const lifecycle::Installed& kept) {
    return version ? kept.version == *version && !kept.damaged : lifecycle::is_usable(kept, fingerprint_);
  };
  const auto found = std::ranges::find_if(record_.kept, wanted);
  if (!record_.active || found == record_.kept.end())
    return fail(Code::not_found,
                version ? "version " + version->str() + " is not kept whole on this device; see the history"
                        : "no earlier version is kept on this device");
  const Digest to = found->digest;
  const Failure why{Code::quarantined, fmt::format("a person on the device rolled {} back to {}",
                                                   record_.active->version.str(), found->version.str())};
  if (!handle(Event::rollback_asked, [&](Record& next) { lifecycle::take_back(next, to, why); }))
    return fail(Code::conflict, fmt::format("the update is {}; try again in a moment", name(record_.state)));
  return {};
}

Status Updater::pin(bool pinned) {
  Record next = record_;
  next.pinned = pinned;
  if (!pinned && next.error && next.error->code == Code::pinned) next.error.reset();
  DROVER_TRY(store_.save(model_, next));
  record_ = std::move(next);
  tell(report());
  return {};
}

Status Updater::clear_quarantine(const Digest& digest) {
  Record next = record_;
  if (!lifecycle::remove(next.quarantine, digest))
    return fail(Code::not_found, digest.hex() + " is not in quarantine");
  if (next.state == State::idle) next.error.reset();
  DROVER_TRY(store_.save(model_, next));
  record_ = std::move(next);
  tell(report());
  return {};
}

}  // namespace drover::agent
