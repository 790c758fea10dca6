#include "monitor/scheme.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "base/digest.h"
#include "drift/reference.h"
#include "drift/state/counters.h"

namespace drover::monitor {
namespace {

Column column_of(std::string name, const drift::Distribution& reference, std::size_t place) {
  const std::uint64_t fingerprint = drift::fingerprint(reference);
  return {.name = std::move(name),
          .reference = &reference,
          .fingerprint = fingerprint,
          .tie_seed = fingerprint + place};
}

}  // namespace

Result<Scheme> Scheme::make(std::shared_ptr<const drift::Baseline> baseline,
                            std::vector<std::string> labels) {
  if (labels.size() > drift::kClassesMax)
    return fail(Code::too_many,
                fmt::format("labels: {}, at most {} allowed", labels.size(), drift::kClassesMax));
  Scheme scheme;
  scheme.baseline_ = std::move(baseline);
  scheme.labels_ = std::move(labels);
  scheme.take_columns();
  scheme.take_classes();
  scheme.seal();
  return scheme;
}

void Scheme::take_columns() {
  if (!baseline_) return;
  for (const std::string& name : baseline_->order)
    features_.push_back(column_of(name, baseline_->features.at(name), features_.size()));
  if (baseline_->confidence)
    confidence_ = column_of(std::string(drift::kConfidenceColumn), *baseline_->confidence, features_.size());
}

/// The classes of the baseline that have an index, and of them the commonest; without any, the first ones.
void Scheme::take_classes() {
  std::vector<std::uint64_t> counts(classes());
  if (baseline_)
    for (const auto& [name, count] : baseline_->classes)
      if (const auto index = class_named(name)) counts[*index] += count;
  const bool known = std::ranges::any_of(counts, [](std::uint64_t count) { return count > 0; });
  tracked_.resize(classes());
  std::iota(tracked_.begin(), tracked_.end(), 0u);
  std::ranges::sort(tracked_, [&](std::uint32_t a, std::uint32_t b) {
    return counts[a] != counts[b] ? counts[a] > counts[b] : a < b;
  });
  if (tracked_.size() > kTrackedMax) tracked_.resize(kTrackedMax);
  std::ranges::sort(tracked_);
  if (known) class_reference_ = std::move(counts);
}

void Scheme::seal() {
  std::string text = fmt::format("{}", classes());
  for (const std::string& label : labels_) text += fmt::format("\n{}:{}", label.size(), label);
  for (const std::uint32_t index : tracked_) text += fmt::format("\n{}", index);
  for (const Column& column : features_)
    text += fmt::format("\n{} {}:{}", column.fingerprint, column.name.size(), column.name);
  if (confidence_) text += fmt::format("\nconfidence {}", confidence_->fingerprint);
  const Digest digest = sha256(text);
  for (std::size_t i = 0; i < 8; ++i) fingerprint_ |= std::uint64_t{digest.bytes[i]} << (8 * i);
}

const Column* Scheme::column(std::string_view name) const {
  if (confidence_ && name == confidence_->name) return &*confidence_;
  const auto found = std::ranges::find(features_, name, &Column::name);
  return found == features_.end() ? nullptr : &*found;
}

std::string Scheme::class_name(std::size_t index) const {
  return index < labels_.size() ? labels_[index] : fmt::format("{}", index);
}

std::optional<std::size_t> Scheme::class_named(std::string_view name) const {
  for (std::size_t i = 0; i < classes(); ++i)
    if (class_name(i) == name) return i;
  return std::nullopt;
}

std::size_t Scheme::part_of(std::int32_t class_index) const {
  if (class_index < 0) return tracked_.size() + 1;
  const auto wanted = static_cast<std::uint32_t>(class_index);
  const auto found = std::ranges::lower_bound(tracked_, wanted);
  const bool tracked = found != tracked_.end() && *found == wanted;
  return tracked ? static_cast<std::size_t>(found - tracked_.begin()) : tracked_.size();
}

}  // namespace drover::monitor
