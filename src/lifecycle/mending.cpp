#include "lifecycle/mending.h"

#include <fmt/format.h>

#include <algorithm>

#include "lifecycle/changes.h"
#include "lifecycle/requalification.h"

namespace drover::lifecycle {

const Installed* find_version(const Record& record, const Digest& digest) {
  if (record.active && record.active->digest == digest) return &*record.active;
  const auto kept = std::ranges::find(record.kept, digest, &Installed::digest);
  return kept == record.kept.end() ? nullptr : &*kept;
}

Installed* find_version(Record& record, const Digest& digest) {
  return const_cast<Installed*>(find_version(std::as_const(record), digest));
}

void qualified(Record& record, const Digest& manifest, const Environment& environment, UnixTime now) {
  record.active->manifest = manifest;
  record.active->damaged = false;
  record.active->fails_under.clear();
  record.qualification = Qualification{.at = now, .environment = environment, .failure = std::nullopt};
}

void not_qualified(Record& record, Failure why, const Environment& environment, UnixTime now) {
  record.qualification = Qualification{.at = now, .environment = environment, .failure = std::move(why)};
}

void begin_mending(Record& record, const Digest& digest) {
  record.mending = digest;
  record.target.reset();
}

void begin_retest(Record& record, const Digest& digest) {
  const Installed& version = *find_version(record, digest);
  begin_mending(record, digest);
  record.target = Target{.digest = digest,
                         .length = 0,
                         .size_unpacked = 0,
                         .path = {},
                         .variant = version.variant,
                         .manifest = version.manifest};
}

void may_return(Record& record, UnixTime now) {
  const Installed* version = find_version(record, *record.mending);
  if (version != nullptr)
    note_version(record, *version, now, version->damaged ? "repaired" : "qualified_again");
}

void mended(Record& record, const Environment& environment, UnixTime now) {
  const Digest manifest = record.target->manifest.value_or(record.active->manifest.value_or(Digest{}));
  note_version(record, *record.active, now, "repaired");
  qualified(record, manifest, environment, now);
  record.mending.reset();
  record.target.reset();
}

void mending_failed(Record& record, const Failure& why, const std::string& fails_under, UnixTime now) {
  if (Installed* version = find_version(record, *record.mending)) {
    note_version(record, *version, now, std::string(name(why.code)), why.message);
    if (!fails_under.empty()) {  // so its files are whole again
      version->damaged = false;
      version->fails_under = fails_under;
      if (record.target && record.target->manifest) version->manifest = record.target->manifest;
    }
    const bool is_active = record.active->digest == *record.mending;
    if (is_active && record.qualification)
      record.qualification->failure =
          Failure{why.code, fmt::format("{} could not be repaired: {}", version->version.str(), why.message)};
  }
  record.mending.reset();
  record.target.reset();
}

void fall_back(Record& record, const Digest& to, Failure why) {
  if (!record.stands_in) record.stands_in = StandIn{.digest = record.active->digest, .why = why};
  record.falling_back = std::move(why);
  record.going_back_to = to;
  record.target.reset();
  record.mending.reset();
}

}  // namespace drover::lifecycle
