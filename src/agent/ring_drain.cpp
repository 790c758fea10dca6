#include "agent/ring_drain.h"

#include "base/log.h"

namespace drover::agent {

RingDrain::RingDrain(std::filesystem::path run_dir, Clock& clock, std::chrono::milliseconds every)
    : run_dir_(std::move(run_dir)), clock_(clock), every_(every) {}

std::filesystem::path RingDrain::path_of(const ModelName& model) const {
  return run_dir_ / (model.str() + ".ring");
}

Status RingDrain::follow(const ModelName& model) {
  if (followed_.contains(model)) return {};
  ring::Mapping mapping = DROVER_TRY(ring::Mapping::create(path_of(model)));
  ring::Reader reader(mapping);
  followed_.emplace(model, Followed{.mapping = std::move(mapping), .reader = std::move(reader), .model = {}});
  return {};
}

void RingDrain::pump() {
  if (clock_.monotonic() >= due_) drain();
}

void RingDrain::drain() {
  due_ = clock_.monotonic() + every_;
  for (auto& [name, followed] : followed_) drain(name, followed);
}

void RingDrain::drain(const ModelName& name, Followed& followed) {
  // Somebody removed or cut the file: a short file must not be read through the mapping (SIGBUS).
  if (!followed.mapping.is_current(path_of(name))) {
    Result<ring::Mapping> made = ring::Mapping::create(path_of(name));
    if (!made)
      return log::error("the ring cannot be made again: " + made.error().text(), {{"model", name.str()}});
    log::warn("the ring was gone and has been made again", {{"model", name.str()}});
    followed.mapping = std::move(*made);
    followed.reader = ring::Reader(followed.mapping);
  }
  Model& model = followed.model;
  const ring::Drained drained = followed.reader.drain([&](const ring::Record& record) {
    model.tally.add(record);
    for (RingListener* listener : listeners_) listener->record(name, record);
  });
  model.dropped += drained.dropped;
  model.bad += drained.bad;
  for (const Digest& digest : drained.deaths) mourn(name, model, digest);
  for (RingListener* listener : listeners_) listener->drained(name, drained.dropped, drained.bad);
}

/// A death is charged to the version that the process had taken up, whichever is active by now.
void RingDrain::mourn(const ModelName& name, Model& model, const Digest& digest) {
  ++model.deaths;
  const bool known = digest != Digest{};
  log::warn("an application went without a goodbye",
            {{"model", name.str()}, {"version_digest", known ? digest.hex() : "none taken up"}});
  if (!known) return;
  for (RingListener* listener : listeners_) listener->death(name, digest);
  model.tally.add_death(digest, std::chrono::nanoseconds(clock_.now().time_since_epoch()).count());
}

const RingDrain::Model& RingDrain::model(const ModelName& name) const {
  static const Model kNothing;
  const auto found = followed_.find(name);
  return found == followed_.end() ? kNothing : found->second.model;
}

std::vector<ring::Writing> RingDrain::writers(const ModelName& name) const {
  const auto found = followed_.find(name);
  return found == followed_.end() ? std::vector<ring::Writing>{} : found->second.reader.writers();
}

}  // namespace drover::agent
