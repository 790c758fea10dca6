#include "monitor/figures.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "drift/state/counter_figures.h"

namespace drover::monitor {
namespace {

using policy::Function;

constexpr double kNsPerMs = 1e6;

double share(std::uint64_t part, std::uint64_t whole) {
  return static_cast<double>(part) / static_cast<double>(whole);
}

template <class Value>
Figure over_samples(std::uint64_t samples, Value value) {
  return samples == 0 ? Figure{} : Figure{.value = value(), .samples = samples};
}

const drift::Counters* counters_of(const Scheme& scheme, const Window& over, const Column& column) {
  if (scheme.confidence() && &column == &*scheme.confidence()) return &*over.all.confidence;
  return &over.all.features[static_cast<std::size_t>(&column - scheme.features().data())];
}

Figure mean(const policy::Term& term, const Window& over) {
  if (term.of == policy::kConfidence)
    return over_samples(over.confident, [&] {
      return std::ldexp(static_cast<double>(over.confidence_sum), -32) / static_cast<double>(over.confident);
    });
  return over_samples(over.inferences(), [&] {
    return static_cast<double>(over.latency_sum_ns) / static_cast<double>(over.inferences()) / kNsPerMs;
  });
}

Figure percentile(const policy::Term& term, const Scheme& scheme, const Window& over) {
  const double q = term.percent / 100.0;
  if (term.of == policy::kLatency)
    return over_samples(over.latency_ns.count(), [&] { return over.latency_ns.quantile(q) / kNsPerMs; });
  const Column* column = scheme.column(term.of);
  if (column == nullptr) return {};
  const drift::Counters& counted = *counters_of(scheme, over, *column);
  return {.value = quantile(*column->reference, counted, q), .samples = counted.count()};
}

Figure rate(const Window& over) {
  const auto span_ms = static_cast<double>(over.end_ms - over.begin_ms);
  if (span_ms <= 0) return {};
  return {.value = static_cast<double>(over.inferences()) * 1000 / span_ms, .samples = over.inferences()};
}

Figure class_share(const policy::Term& term, const Scheme& scheme, const Window& over) {
  const auto index = scheme.class_named(term.of);
  const std::uint64_t all = std::accumulate(over.classes.begin(), over.classes.end(), std::uint64_t{0});
  if (!index) return {};
  return over_samples(all, [&] { return share(over.classes[*index], all); });
}

std::optional<double> ks(const Column& column, const drift::Counters& counted) {
  const auto distance = drift::grid_ks(*column.reference, counted);
  return distance ? std::optional(distance->lower) : std::nullopt;
}

std::optional<double> psi(const Column& column, const drift::Counters& counted) {
  const auto index = drift::decile_psi(*column.reference, counted);
  return index ? std::optional(index->corrected) : std::nullopt;
}

Figure class_psi(const Scheme& scheme, const Window& over) {
  if (scheme.class_reference().empty()) return {};
  const auto named = std::span(over.classes).first(scheme.classes());
  const auto index = drift::psi_of_counts(scheme.class_reference(), named);
  if (!index) return {};
  return {.value = index->corrected,
          .samples = std::accumulate(named.begin(), named.end(), std::uint64_t{0})};
}

/// Of one column, or the greatest of them all.
template <class Measure>
Figure distance(const policy::Term& term, const Scheme& scheme, const Window& over, Measure measure) {
  const auto of = [&](const Column& column) -> Figure {
    const drift::Counters& counted = *counters_of(scheme, over, column);
    return {.value = measure(column, counted), .samples = counted.count()};
  };
  if (term.of != policy::kAll) {
    const Column* column = scheme.column(term.of);
    return column == nullptr ? Figure{} : of(*column);
  }
  Figure farthest = scheme.confidence() ? of(*scheme.confidence()) : Figure{};
  for (const Column& column : scheme.features())
    if (const Figure each = of(column); each.value && (!farthest.value || *each.value > *farthest.value))
      farthest = each;
  return farthest;
}

}  // namespace

std::optional<double> error_rate(const Window& over, std::uint64_t labels_min) {
  if (over.inferences() == 0) return std::nullopt;
  const double failed = share(over.failures(), over.inferences());
  const double wrong = over.labelled < std::max<std::uint64_t>(labels_min, 1)
                           ? 0
                           : share(over.labelled - over.right, over.labelled);
  return failed + (1 - failed) * wrong;
}

std::optional<double> quantile(const drift::Distribution& reference, const drift::Counters& counted,
                               double q) {
  const std::uint64_t n = counted.count();
  if (n == 0 || counted.min > counted.max) return std::nullopt;
  const double wanted = q * static_cast<double>(n);
  double below = 0;
  for (std::size_t j = 0; j < drift::kBins; ++j) {
    const auto here = static_cast<double>(counted.bins[j]);
    if (below + here < wanted || here == 0) {
      below += here;
      continue;
    }
    const auto within = [&](double edge) {
      return std::clamp(edge, static_cast<double>(counted.min), static_cast<double>(counted.max));
    };
    const double low = within(j == 0 ? counted.min : reference.edges[j - 1]);
    const double high = within(j + 1 == drift::kBins ? counted.max : reference.edges[j]);
    return low + (high - low) * (wanted - below) / here;
  }
  return counted.max;
}

Figure figure(const policy::Term& term, const Scheme& scheme, const Window& over, const Aside& aside) {
  switch (term.function) {
    case Function::mean:
      return mean(term, over);
    case Function::percentile:
      return percentile(term, scheme, over);
    case Function::rate:
      return rate(over);
    case Function::share:
      return class_share(term, scheme, over);
    case Function::ks:
      return distance(term, scheme, over, ks);
    case Function::psi:
      return term.of == policy::kClass ? class_psi(scheme, over) : distance(term, scheme, over, psi);
    case Function::drift:
      return {.value = aside.alarmed(term.of) ? 1 : 0, .samples = over.inferences()};
    case Function::error_rate:
      return {.value = error_rate(over, aside.labels_min), .samples = over.inferences()};
    case Function::accuracy:
      return over_samples(over.labelled, [&] { return share(over.right, over.labelled); });
    case Function::holdout_accuracy:
      return {.value = aside.holdout_accuracy, .samples = over.inferences()};
    case Function::absent:
      return {.value = over.inferences() == 0 ? 1 : 0, .samples = over.inferences()};
  }
  return {};
}

}  // namespace drover::monitor
