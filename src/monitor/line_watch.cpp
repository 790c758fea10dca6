#include "monitor/line_watch.h"

#include <algorithm>

#include "drift/checkpoint.h"

namespace drover::monitor {
namespace {

constexpr std::size_t kVersionsMax = 1024;  // that one agent's life can tell apart in labels
constexpr std::string_view kLabelsKind = "LINE";
constexpr std::uint32_t kLabelsVersion = 1;

}  // namespace

void LineWatch::take_up(const Digest& digest, std::unique_ptr<Watch> watch) {
  active_ = digest;
  also(digest, std::move(watch));
}

void LineWatch::also(const Digest& digest, std::unique_ptr<Watch> watch) {
  if (!watches_.contains(digest)) watches_[digest] = std::move(watch);
}

Watch* LineWatch::watch(const Digest& digest) {
  const auto found = watches_.find(digest);
  return found == watches_.end() ? nullptr : found->second.get();
}

const Watch* LineWatch::watch(const Digest& digest) const {
  const auto found = watches_.find(digest);
  return found == watches_.end() ? nullptr : found->second.get();
}

std::vector<ClosedOf> LineWatch::tick(std::int64_t now_ms) {
  std::vector<ClosedOf> ended;
  for (auto at = watches_.begin(); at != watches_.end();) {
    auto& [digest, watch] = *at;
    auto closed = watch->tick(now_ms);
    const bool is_active = active_ == digest;
    const bool silent = closed && closed->window.inferences() == 0 && closed->window.labelled == 0;
    if (closed && (is_active || !silent))
      ended.push_back({.digest = digest, .is_active = is_active, .closed = std::move(*closed)});
    at = silent && !is_active ? watches_.erase(at) : std::next(at);
  }
  return ended;
}

std::vector<ClosedOf> LineWatch::finish_others() {
  std::vector<ClosedOf> ended;
  for (auto& [digest, watch] : watches_) {
    if (active_ == digest) continue;
    if (auto closed = watch->finish())
      ended.push_back({.digest = digest, .is_active = false, .closed = std::move(*closed)});
  }
  return ended;
}

std::optional<std::int64_t> LineWatch::due_ms() const {
  std::optional<std::int64_t> due;
  for (const auto& [digest, watch] : watches_)
    if (const auto ends = watch->ends_ms()) due = std::min(due.value_or(*ends), *ends);
  return due;
}

bool LineWatch::add(const ring::Record& record) {
  if (record.kind == ring::Kind::label) {
    add_label(record);
    return true;
  }
  const Digest digest{record.digest};
  Watch* of = watch(digest);
  if (of == nullptr) return false;
  of->add(record);
  auto version = std::ranges::find(versions_, digest);
  if (version == versions_.end()) {
    if (versions_.size() == kVersionsMax) return true;
    version = versions_.insert(versions_.end(), digest);
  }
  if (record.class_index >= 0)
    labels_.add({.id = record.id,
                 .model = static_cast<std::uint64_t>(version - versions_.begin()),
                 .confidence = record.confidence,
                 .predicted = static_cast<std::uint32_t>(record.class_index)});
  return true;
}

void LineWatch::add_label(const ring::Record& record) {
  const auto truth = static_cast<std::uint32_t>(std::max(record.class_index, 0));
  if (join(record.id, truth)) return;
  if (early_.size() == kEarlyMax) {
    early_.pop_front();
    ++labels_unknown_;
  }
  early_.push_back({.id = record.id, .truth = truth, .waited = false});
}

void LineWatch::drained() {
  std::deque<Early> waiting = std::exchange(early_, {});
  for (Early& label : waiting) {
    if (join(label.id, label.truth)) continue;
    if (std::exchange(label.waited, true))
      ++labels_unknown_;
    else
      early_.push_back(label);
  }
}

/// Whether the inference is known; a label given twice counts once.
bool LineWatch::join(std::uint64_t id, std::uint32_t truth) {
  const auto joined = labels_.label(id, truth);
  if (joined.outcome == drift::LabelJoin::Outcome::unknown) return false;
  if (joined.outcome == drift::LabelJoin::Outcome::repeated) return true;
  const Digest& digest = versions_[joined.prediction.model];
  if (Watch* of = watch(digest)) of->add_label(joined.correct);
  Labelled& counted = labelled_[digest];
  ++counted.seen;
  counted.wrong += joined.correct ? 0 : 1;
  return true;
}

void LineWatch::add_losses(std::uint64_t dropped, std::uint64_t bad) {
  if (!active_ || (dropped == 0 && bad == 0)) return;
  if (Watch* of = watch(*active_)) of->add_losses(dropped, bad);
}

void LineWatch::add_death(const Digest& digest) {
  if (Watch* of = watch(digest)) of->add_death();
}

Bytes LineWatch::save_labels() const {
  const Bytes joins = labels_.checkpoint();
  drift::CheckpointWriter writer(kLabelsKind, kLabelsVersion);
  writer.put(static_cast<std::uint32_t>(versions_.size()));
  for (const Digest& digest : versions_) writer.put(digest.bytes);
  writer.put(static_cast<std::uint32_t>(joins.size())).put(joins);
  return std::move(writer).take();
}

Status LineWatch::restore_labels(ByteView saved) {
  drift::CheckpointReader reader(saved, kLabelsKind, kLabelsVersion);
  std::uint32_t count = 0, size = 0;
  reader.get(count);
  if (count > kVersionsMax) return fail(Code::bad_state, "labels: too many versions");
  std::vector<Digest> versions(count);
  for (Digest& digest : versions) reader.get(digest.bytes);
  reader.get(size);
  const ByteView joins = reader.bytes(size);
  DROVER_TRY(reader.finish());
  drift::LabelJoin labels;
  DROVER_TRY(labels.restore(joins));
  if (!labels.models_below(count)) return fail(Code::bad_state, "labels: of a version that is not named");
  labels_ = std::move(labels);
  versions_ = std::move(versions);
  return {};
}

}  // namespace drover::monitor
