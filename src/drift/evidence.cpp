#include "drift/evidence.h"

#include <bit>

namespace drover::drift {
namespace {

auto bits(const Alarm& alarm) {
  return std::tuple(alarm.index, std::bit_cast<std::uint64_t>(alarm.statistic),
                    std::bit_cast<std::uint64_t>(alarm.threshold), alarm.n,
                    std::bit_cast<std::uint64_t>(alarm.n_effective), alarm.family, alarm.direction,
                    std::bit_cast<std::uint64_t>(alarm.size), alarm.onset);
}

/// A bin that the baseline has nothing in is no observation.
bool has_its_bin(double observed, const Distribution& distribution) {
  return observed >= 0 && observed < kBins && distribution.slots[static_cast<std::size_t>(observed)] > 0;
}

Result<void> check_bins(const Evidence& evidence, const Reference& reference) {
  if (DROVER_TRY(detector_kind(evidence.detector))->needs != Needs::distribution) return {};
  for (const double observed : evidence.observations)
    if (!has_its_bin(observed, *reference.distribution))
      return fail(Code::bad_state, "the evidence has a bin that the baseline has not");
  return {};
}

}  // namespace

Result<Alarm> replay(const Evidence& evidence, const Reference& reference) {
  auto detector = DROVER_TRY(make_detector(evidence.detector, evidence.settings, reference));
  DROVER_TRY(check_bins(evidence, reference));
  DROVER_TRY(detector->restore(evidence.checkpoint));
  std::optional<Alarm> alarm;
  for (const double observed : evidence.observations) {
    if (alarm) return fail(Code::bad_state, "the replay alarms before the last observation");
    alarm = detector->take(observed);
  }
  if (!alarm) return fail(Code::bad_state, "the replay does not alarm");
  if (bits(*alarm) != bits(evidence.alarm))
    return fail(Code::bad_state, "the replay alarms with other numbers than were recorded");
  return std::move(*alarm);
}

Result<std::unique_ptr<Recorder>> Recorder::make(std::string_view name, const DetectorKind::Values& settings,
                                                 const Reference& reference) {
  auto inner = DROVER_TRY(make_detector(name, settings, reference));
  auto recorder = std::unique_ptr<Recorder>(new Recorder(name, settings, std::move(inner)));
  recorder->forget();
  return recorder;
}

std::optional<Alarm> Recorder::take(double observed) {
  if (newer_.checkpoint.empty()) newer_.checkpoint = inner_->checkpoint();
  newer_.observations.push_back(observed);
  auto alarm = inner_->take(observed);
  if (alarm) {
    evidence_ = gather(*alarm);
    forget();
  } else if (newer_.observations.size() == kSpan) {
    std::swap(older_, newer_);
    newer_.checkpoint.clear();
    newer_.observations.clear();
  }
  return alarm;
}

Evidence Recorder::gather(const Alarm& alarm) const {
  const bool both = !older_.checkpoint.empty();
  Evidence made{.detector = name_,
                .settings = settings_,
                .checkpoint = both ? older_.checkpoint : newer_.checkpoint,
                .observations = {},
                .alarm = alarm};
  if (both) made.observations = older_.observations;
  made.observations.insert(made.observations.end(), newer_.observations.begin(), newer_.observations.end());
  return made;
}

void Recorder::forget() {
  for (Span* span : {&older_, &newer_}) {
    span->checkpoint.clear();
    span->observations.clear();
    span->observations.reserve(kSpan);
  }
}

void Recorder::restart() {
  inner_->restart();
  forget();
}

Result<void> Recorder::restore(ByteView state) {
  if (auto taken = inner_->restore(state); !taken) return taken;
  forget();
  return {};
}

}  // namespace drover::drift
