#include "lifecycle/requalification.h"

#include <fmt/format.h>

#include <algorithm>

#include "lifecycle/mending.h"

namespace drover::lifecycle {
namespace {

std::optional<Cause> look_due(const Watch& watch, const std::string& now_under, Monotonic now) {
  if (!watch.looked) return Cause::boot;
  if (watch.looked_under != now_under) return Cause::environment;
  if (now >= watch.look_at) return Cause::period;
  return std::nullopt;
}

/// The version whose files are to be fetched again: the one that should run, then the one that does.
const Installed* to_mend(const Record& record) {
  if (record.stands_in)
    if (const Installed* absent = find_version(record, record.stands_in->digest); absent && absent->damaged)
      return absent;
  return record.active->damaged ? &*record.active : nullptr;
}

const Installed* to_retest(const Record& record, const std::string& now_under) {
  if (!record.stands_in || record.state != State::idle) return nullptr;
  const Installed* wanted = find_version(record, record.stands_in->digest);
  return wanted != nullptr && is_usable(*wanted, now_under) ? wanted : nullptr;
}

}  // namespace

bool at_rest(State state) {
  return state == State::idle || state == State::probation || state == State::holding;
}

std::string fingerprint(const Environment& environment) {
  if (environment.empty()) return "";
  std::string lines;
  for (const auto& [key, value] : environment) lines += fmt::format("{}={}\n", key, value);
  return sha256(lines).hex();
}

std::string difference(const Environment& before, const Environment& now) {
  std::string words;
  const auto add = [&](const std::string& key, std::string_view was, std::string_view is) {
    if (was == is) return;
    words += fmt::format("{}{} was {}, is {}", words.empty() ? "" : "; ", key, was.empty() ? "unknown" : was,
                         is.empty() ? "unknown" : is);
  };
  const auto value = [](const Environment& in, const std::string& key) -> std::string_view {
    const auto found = in.find(key);
    return found == in.end() ? std::string_view{} : found->second;
  };
  for (const auto& [key, was] : before) add(key, was, value(now, key));
  for (const auto& [key, is] : now)
    if (!before.contains(key)) add(key, "", is);
  return words;
}

std::string_view name(Cause cause) {
  switch (cause) {
    case Cause::boot:
      return "boot";
    case Cause::environment:
      return "environment";
    case Cause::period:
      return "period";
  }
  return "";
}

Due duty(const Record& record, const Watch& watch, const std::string& now_under, Monotonic now) {
  if (now_under.empty() || !record.active || !at_rest(record.state)) return {};
  if (const auto cause = look_due(watch, now_under, now)) return {.duty = Duty::look, .cause = cause};
  if (watch.mend_failed && record.qualification && !is_usable(*record.active, now_under))
    return {.duty = Duty::replace};
  const Installed* damaged = to_mend(record);
  const Installed* mends = damaged != nullptr ? damaged : to_retest(record, now_under);
  if (mends == nullptr) return {.at = watch.look_at};
  if (now < watch.mend_at) return {.at = std::min(watch.look_at, watch.mend_at)};
  return {.duty = damaged != nullptr ? Duty::mend : Duty::retest, .version = mends->digest};
}

Samples judge_samples(Code code, std::uint64_t tries) {
  switch (code) {
    case Code::smoke_latency:
    case Code::smoke_memory:
    case Code::cpu_exceeded:
    case Code::model_crashed:
      return tries >= kTriesMax ? Samples::failed : Samples::undecided;
    default:
      break;
  }
  const Category fault = category(code);
  const bool of_the_machine =
      fault == Category::unavailable || fault == Category::exhausted || fault == Category::internal;
  return of_the_machine ? Samples::undecided : Samples::failed;
}

Remedy remedy(bool is_damaged, Samples samples) {
  switch (samples) {
    case Samples::passed:
      return is_damaged ? Remedy::mend : Remedy::none;
    case Samples::failed:
      return Remedy::replace;
    case Samples::undecided:
      return is_damaged ? Remedy::mend : Remedy::look_again;
  }
  return Remedy::look_again;
}

bool is_usable(const Installed& version, const std::string& now_under) {
  return !version.damaged && (version.fails_under.empty() || version.fails_under != now_under);
}

const Installed* way_back(const Record& record, const std::string& now_under) {
  const auto found =
      std::ranges::find_if(record.kept, [&](const Installed& kept) { return is_usable(kept, now_under); });
  return found == record.kept.end() ? nullptr : &*found;
}

}  // namespace drover::lifecycle
