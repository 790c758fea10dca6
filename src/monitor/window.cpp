#include "monitor/window.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace drover::monitor {
namespace {

constexpr std::uint64_t kCountMax = std::uint64_t{1} << 53;
/// An hour: what takes longer is no latency, and so many of them must fit into the sum.
constexpr std::uint64_t kLatencyMaxNs = 3'600'000'000'000;

void count(std::optional<drift::Counters>& counters, const Column& column, float value, std::uint64_t key) {
  counters->add(*column.reference, value, drift::tie_of(column.tie_seed, key));
}

/// Every whole number of a window that is merged by addition, but for those in lists.
template <class Visit>
void each_count(Window& sum, const Window& other, Visit visit) {
  for (auto member : {&Window::windows, &Window::labelled, &Window::right, &Window::dropped, &Window::bad,
                      &Window::deaths, &Window::confident, &Window::confidence_sum, &Window::latency_sum_ns})
    visit(sum.*member, other.*member);
  for (std::size_t i = 0; i < sum.outcomes.size(); ++i) visit(sum.outcomes[i], other.outcomes[i]);
  for (std::size_t i = 0; i < sum.classes.size(); ++i) visit(sum.classes[i], other.classes[i]);
}

}  // namespace

Columns Columns::of(const Scheme& scheme) {
  Columns made;
  for (const Column& column : scheme.features())
    made.features.push_back(drift::Counters{.reference = column.fingerprint});
  if (scheme.confidence()) made.confidence = drift::Counters{.reference = scheme.confidence()->fingerprint};
  return made;
}

void Columns::add(const Scheme& scheme, const ring::Record& record) {
  for (std::size_t i = 0; i < features.size(); ++i) {
    const Column& column = scheme.features()[i];
    if (i < record.feature_count)
      features[i].add(*column.reference, record.features[i], drift::tie_of(column.tie_seed, record.id));
    else
      features[i].add_missing();
  }
  if (!confidence) return;
  if (record.confidence >= 0)
    count(confidence, *scheme.confidence(), record.confidence, record.id);
  else
    confidence->add_missing();
}

Status Columns::merge(const Columns& other) {
  if (features.size() != other.features.size() || confidence.has_value() != other.confidence.has_value())
    return fail(Code::conflict, "counts of other columns cannot be added");
  for (std::size_t i = 0; i < features.size(); ++i) DROVER_TRY(features[i].merge(other.features[i]));
  return confidence ? confidence->merge(*other.confidence) : Status{};
}

Window Window::of(const Scheme& scheme, std::int64_t begin_ms, std::int64_t end_ms) {
  Window made;
  made.scheme = scheme.fingerprint();
  made.begin_ms = std::max<std::int64_t>(begin_ms, 0);
  made.end_ms = std::max(end_ms, made.begin_ms);
  made.classes.resize(scheme.classes() + 1);
  made.all = Columns::of(scheme);
  made.parts.assign(scheme.parts(), made.all);
  return made;
}

void Window::add(const Scheme& by, const ring::Record& record) {
  ++outcomes[static_cast<std::size_t>(record.outcome)];
  const std::uint64_t latency = std::min(record.latency_ns, kLatencyMaxNs);
  latency_sum_ns += latency;
  latency_ns.add(static_cast<double>(latency));
  if (record.class_index >= 0)
    ++classes[std::min(static_cast<std::size_t>(record.class_index), classes.size() - 1)];
  if (record.confidence >= 0) {
    ++confident;
    confidence_sum += static_cast<std::uint64_t>(std::llround(std::ldexp(record.confidence, 32)));
  }
  all.add(by, record);
  if (!parts.empty()) parts[by.part_of(record.class_index)].add(by, record);
}

Status Window::merge(const Window& other) {
  if (scheme != other.scheme || classes.size() != other.classes.size())
    return fail(Code::conflict,
                fmt::format("a window counted by scheme {:016x} cannot be added to one by {:016x}",
                            other.scheme, scheme));
  Window sum = *this;
  bool fits = true;
  each_count(sum, other, [&fits](std::uint64_t& to, std::uint64_t more) {
    fits = fits && more <= std::numeric_limits<std::uint64_t>::max() - to;
    to += more;
  });
  if (!fits || sum.inferences() > kCountMax)
    return fail(Code::too_many, "the merged window would exceed 2^53 inferences");
  sum.begin_ms = std::min(begin_ms, other.begin_ms);
  sum.end_ms = std::max(end_ms, other.end_ms);
  DROVER_TRY(sum.latency_ns.merge(other.latency_ns));
  DROVER_TRY(sum.all.merge(other.all));
  if (sum.parts.size() == other.parts.size())
    for (std::size_t i = 0; i < sum.parts.size(); ++i) DROVER_TRY(sum.parts[i].merge(other.parts[i]));
  else
    sum.drop_parts();
  *this = std::move(sum);
  return {};
}

Window Window::without_parts() const {
  return {.scheme = scheme,
          .begin_ms = begin_ms,
          .end_ms = end_ms,
          .windows = windows,
          .outcomes = outcomes,
          .labelled = labelled,
          .right = right,
          .dropped = dropped,
          .bad = bad,
          .deaths = deaths,
          .classes = classes,
          .confident = confident,
          .confidence_sum = confidence_sum,
          .latency_sum_ns = latency_sum_ns,
          .latency_ns = latency_ns,
          .all = all,
          .parts = {}};
}

std::uint64_t Window::inferences() const {
  return std::accumulate(outcomes.begin(), outcomes.end(), std::uint64_t{0});
}

}  // namespace drover::monitor
