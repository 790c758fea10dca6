// Whether the active version is still what it was, and what is done about it when not: the decisions are
// lifecycle/requalification.h's.
#include <fmt/format.h>

#include <algorithm>

#include "agent/updater.h"
#include "agent/updater_look.h"
#include "base/log.h"
#include "lifecycle/mending.h"

namespace drover::agent {

using lifecycle::Duty;
using lifecycle::Event;
using lifecycle::Failure;
using lifecycle::Installed;
using lifecycle::Record;
using lifecycle::Remedy;
using lifecycle::Samples;

namespace {

Failure failure_of(const Error& error) { return {error.code, error.text()}; }

}  // namespace

void Updater::runs_under(lifecycle::Environment environment) {
  if (environment == environment_) return;
  environment_ = std::move(environment);
  fingerprint_ = lifecycle::fingerprint(environment_);
  watch_.mend_at = Monotonic{0};
}

Monotonic Updater::fitness_due() const {
  if (look_) return kNever;
  const lifecycle::Due due = lifecycle::duty(record_, watch_, fingerprint_, clock_.monotonic());
  return due.duty == Duty::none ? due.at : Monotonic{0};
}

void Updater::look_after() {
  if (look_) return;
  const lifecycle::Due due = lifecycle::duty(record_, watch_, fingerprint_, clock_.monotonic());
  switch (due.duty) {
    case Duty::none:
      return;
    case Duty::look:
      return look(*due.cause);
    case Duty::replace:
      watch_.mend_failed = false;
      look_ = std::make_unique<Look>();
      return replace(record_.qualification->failure.value_or(Failure{}));
    case Duty::mend:
      wait_before_next_mend();
      handle(Event::mend_due, [&](Record& next) { lifecycle::begin_mending(next, *due.version); });
      return;
    case Duty::retest:
      wait_before_next_mend();
      handle(Event::retest_due, [&](Record& next) { lifecycle::begin_retest(next, *due.version); });
      return;
  }
}

void Updater::wait_before_next_mend() {
  ++watch_.mend_tries;
  watch_.mend_at =
      clock_.monotonic() + lifecycle::retry_delay(options_.rounds, watch_.mend_tries, options_.jitter());
}

// --- One look

void Updater::look(lifecycle::Cause cause) {
  std::string changed;
  if (record_.qualification)
    changed = lifecycle::difference(record_.qualification->environment, environment_);
  log::info("qualifying the active version again", {{"model", model_.str()},
                                                    {"version", record_.active->version.str()},
                                                    {"cause", std::string(name(cause))},
                                                    {"changed", changed}});
  watch_.mend_failed = false;
  look_ = std::make_unique<Look>();
  look_->changed = changed;
  inspect(*record_.active);
}

void Updater::inspect(const Installed& version) {
  look_->version = version.digest;
  look_->manifest.reset();
  hands_.inspect(model_, store_.paths(model_).version(version.digest), version.manifest);
}

void Updater::inspected(const Result<Digest>& manifest) {
  if (!look_) return;
  if (manifest)
    look_->manifest = *manifest;
  else if (look_->why)
    return unfit_candidate(manifest.error());
  else
    look_->damage = failure_of(manifest.error());
  hands_.smoke_test(model_, store_.paths(model_).version(look_->version), Haste::none);
}

void Updater::looked(const std::optional<Error>& samples) {
  if (look_->why) return samples ? unfit_candidate(*samples) : take_candidate();
  if (samples) look_->samples = failure_of(*samples);
  const Samples ended = samples ? lifecycle::judge_samples(samples->code, watch_.tries + 1) : Samples::passed;
  switch (lifecycle::remedy(look_->damage.has_value(), ended)) {
    case Remedy::none:
      remember([&](Record& next) { lifecycle::qualified(next, *look_->manifest, environment_, now()); });
      return end_look();
    case Remedy::look_again:
      return look_again();
    case Remedy::mend:
      log::error("the active version is damaged; it runs on and is fetched again",
                 {{"model", model_.str()}, {"why", look_->damage->message}});
      remember([&](Record& next) {
        next.active->damaged = true;
        lifecycle::not_qualified(next, *look_->damage, environment_, now());
      });
      return end_look();
    case Remedy::replace:
      return condemn();
  }
}

/// Nothing was decided: soon again, a bounded number of times, and then told.
void Updater::look_again() {
  if (++watch_.tries < lifecycle::kTriesMax) {
    const auto wait = lifecycle::retry_delay(options_.rounds, watch_.tries, options_.jitter());
    log::warn("nothing could be decided of the active version; it will be looked at again",
              {{"model", model_.str()}, {"why", look_->samples->message}});
    const std::uint64_t tries = watch_.tries;
    end_look();
    watch_.tries = tries;
    watch_.look_at = clock_.monotonic() + wait;
    return;
  }
  log::error("the active version could not be qualified; it runs on",
             {{"model", model_.str()}, {"why", look_->samples->message}});
  remember([&](Record& next) { lifecycle::not_qualified(next, *look_->samples, environment_, now()); });
  end_look();
}

void Updater::condemn() {
  Failure why = look_->damage ? *look_->damage : *look_->samples;
  if (!look_->damage && !look_->changed.empty()) why.message += "; since " + look_->changed;
  remember([&](Record& next) {
    if (look_->damage)
      next.active->damaged = true;
    else
      next.active->fails_under = fingerprint_;
    lifecycle::not_qualified(next, why, environment_, now());
  });
  replace(std::move(why));
}

// --- Another version in the active one's place

void Updater::replace(Failure why) {
  look_->why = std::move(why);
  for (const Installed& kept : record_.kept)
    if (lifecycle::is_usable(kept, fingerprint_)) look_->candidates.push_back(kept.digest);
  std::ranges::reverse(look_->candidates);
  next_candidate();
}

void Updater::next_candidate() {
  while (!look_->candidates.empty()) {
    const Digest digest = look_->candidates.back();
    look_->candidates.pop_back();
    if (const Installed* kept = lifecycle::find_version(record_, digest)) return inspect(*kept);
  }
  log::error("the active version is unfit and no other on the disk qualifies; it runs on",
             {{"model", model_.str()}, {"why", look_->why->message}});
  end_look();
}

void Updater::unfit_candidate(const Error& why) {
  log::warn("a kept version does not qualify", {{"model", model_.str()}, {"why", why.text()}});
  const bool fails = look_->manifest && lifecycle::judge_samples(why.code, 1) == Samples::failed;
  remember([&](Record& next) {
    Installed* kept = lifecycle::find_version(next, look_->version);
    if (kept == nullptr) return;
    kept->damaged = !look_->manifest;
    if (fails) kept->fails_under = fingerprint_;
  });
  next_candidate();
}

void Updater::take_candidate() {
  const Digest digest = look_->version;
  const Digest manifest = *look_->manifest;
  const Failure why = *look_->why;
  end_look();
  watch_.look_at = clock_.monotonic() +  // should it not come to that: the disk may be full
                   lifecycle::retry_delay(options_.rounds, ++watch_.replace_tries, options_.jitter());
  log::error("another version takes the active one's place", {{"model", model_.str()}, {"why", why.message}});
  handle(Event::unfit, [&](Record& next) {
    lifecycle::find_version(next, digest)->manifest = manifest;
    lifecycle::fall_back(next, digest, why);
  });
}

void Updater::end_look() {
  look_.reset();
  note_looked();
}

/// The active version was looked at just now, or passed its smoke test.
void Updater::note_looked() {
  const double jitter = 0.9 + 0.2 * options_.jitter();
  const auto wait = std::chrono::duration_cast<std::chrono::milliseconds>(options_.requalify_every * jitter);
  watch_.looked = true;
  watch_.looked_under = fingerprint_;
  watch_.look_at = clock_.monotonic() + wait;
  watch_.tries = 0;
}

/// A change that no state follows from. When it cannot be written it is lost, and found again by the next
/// look.
void Updater::remember(const Change& change) {
  Record next = record_;
  change(next);
  if (const Status saved = store_.save(model_, next); !saved)
    return log::warn("cannot write the state", {{"model", model_.str()}, {"error", saved.error().text()}});
  record_ = std::move(next);
  tell(report());
}

}  // namespace drover::agent
